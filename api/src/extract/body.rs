//! Bodies that must keep coming: actix itself waits for a stalled body for ever.

use std::time::{Duration, Instant};

use actix_web::{
    HttpRequest,
    dev::Payload,
    http::header::CONTENT_ENCODING,
    web::{Bytes, BytesMut},
};
use futures_util::StreamExt as _;
use tokio::time::timeout;

use crate::problem::{Code, Fault, ProblemDraft, both};

/// How slowly a body may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Until the first byte.
    pub first_byte: Duration,
    /// What it must bring on average after that.
    pub bytes_per_second: u64,
    /// Until the last byte, however much it brings.
    pub whole: Duration,
}

/// A body that is cut off when it comes too slowly or grows too large.
pub struct PacedBody {
    payload: Payload,
    pace: Pace,
    cap: u64,
    received: u64,
    started: Instant,
}

impl PacedBody {
    /// Begins to read at most `cap` bytes at `pace`.
    ///
    /// # Errors
    /// 415 for an encoded body, 413 where its declared length exceeds `cap`.
    pub fn begin(request: &HttpRequest, payload: Payload, pace: Pace, cap: u64) -> Result<Self, Fault> {
        if request.headers().contains_key(CONTENT_ENCODING) {
            return Err(encoded());
        }
        if declared_length(request).is_some_and(|length| length > cap) {
            return Err(too_large(cap));
        }
        Ok(Self { payload, pace, cap, received: 0, started: Instant::now() })
    }

    /// The next piece; None at the end.
    ///
    /// # Errors
    /// 408 where it stalls, 413 where it grows past the cap, 400 where the connection breaks.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Fault> {
        let piece = timeout(self.patience(), self.payload.next()).await.map_err(|_| stalled())?;
        let Some(piece) = piece else { return Ok(None) };
        let piece = piece.map_err(|error| Fault::from(broken().cause(error)))?;
        self.received += piece.len() as u64;
        if self.received > self.cap {
            return Err(too_large(self.cap));
        }
        Ok(Some(piece))
    }

    /// Everything, in memory.
    ///
    /// # Errors
    /// As [`Self::next`].
    pub async fn whole(mut self) -> Result<Bytes, Fault> {
        let Some(first) = self.next().await? else { return Ok(Bytes::new()) };
        let Some(second) = self.next().await? else { return Ok(first) };
        let mut all = BytesMut::from(first.as_ref());
        all.extend_from_slice(&second);
        while let Some(piece) = self.next().await? {
            all.extend_from_slice(&piece);
        }
        Ok(all.freeze())
    }

    /// How long the next piece may take: what was received buys time, up to the cap on the whole.
    fn patience(&self) -> Duration {
        let earned =
            Duration::from_millis(self.received.saturating_mul(1000) / self.pace.bytes_per_second.max(1));
        let allowed = (self.pace.first_byte + earned).min(self.pace.whole);
        allowed.saturating_sub(self.started.elapsed())
    }
}

fn declared_length(request: &HttpRequest) -> Option<u64> {
    super::only_header(request, "content-length")?.parse().ok()
}

fn stalled() -> Fault {
    Fault::plain(Code::RequestTimeout)
}

fn broken() -> ProblemDraft {
    let detail = both("Тело запроса оборвалось.", "The request's body broke off.");
    ProblemDraft::new(Code::MalformedRequest, detail)
}

fn encoded() -> Fault {
    let detail = both("Сжатые тела не принимаются.", "Encoded bodies are not taken.");
    ProblemDraft::new(Code::UnsupportedMediaType, detail).into()
}

fn too_large(cap: u64) -> Fault {
    let detail = both(format!("Тело больше {cap} байт."), format!("The body has more than {cap} bytes."));
    ProblemDraft::new(Code::PayloadTooLarge, detail).with("limit_bytes", cap).into()
}

#[cfg(test)]
mod tests {
    use actix_web::{error::PayloadError, test::TestRequest};
    use futures_util::stream;

    use super::*;

    const PACE: Pace = Pace {
        first_byte: Duration::from_millis(20),
        bytes_per_second: 1000,
        whole: Duration::from_millis(60),
    };

    fn payload(pieces: Vec<&'static [u8]>, stalls: bool) -> Payload {
        let pieces =
            stream::iter(pieces.into_iter().map(|piece| Ok::<_, PayloadError>(Bytes::from_static(piece))));
        let tail = if stalls { stream::pending().left_stream() } else { stream::empty().right_stream() };
        Payload::Stream { payload: Box::pin(pieces.chain(tail)) }
    }

    async fn read(payload: Payload) -> Result<Bytes, Code> {
        let request = TestRequest::default().to_http_request();
        let body = PacedBody::begin(&request, payload, PACE, 40).map_err(|fault| fault.draft().code)?;
        body.whole().await.map_err(|fault| fault.draft().code)
    }

    #[actix_web::test]
    async fn bodies_come_whole_or_are_cut_off() {
        assert_eq!(read(payload(vec![], false)).await, Ok(Bytes::new()));
        assert_eq!(read(payload(vec![b"ab", b"cd", b"ef"], false)).await, Ok(Bytes::from_static(b"abcdef")));
        assert_eq!(read(payload(vec![], true)).await, Err(Code::RequestTimeout));
        assert_eq!(read(payload(vec![b"ab"], true)).await, Err(Code::RequestTimeout));
        assert_eq!(read(payload(vec![&[0; 30], &[0; 30]], false)).await, Err(Code::PayloadTooLarge));
    }

    #[actix_web::test]
    async fn declared_and_encoded_bodies_are_refused_unread() {
        let large = TestRequest::default().insert_header(("content-length", "41")).to_http_request();
        let encoded =
            TestRequest::default().insert_header(("content-encoding", "identity")).to_http_request();
        for (request, code) in [(large, Code::PayloadTooLarge), (encoded, Code::UnsupportedMediaType)] {
            let fault =
                PacedBody::begin(&request, payload(vec![], true), PACE, 40).map(|_| ()).expect_err("refused");
            assert_eq!(fault.draft().code, code);
        }
    }
}
