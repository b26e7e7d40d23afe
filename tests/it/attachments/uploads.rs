//! The upload protocol: pieces, offsets, and the judgement after the last byte.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use reqwest::Method;
use serde_json::{Value, json};
use tests::{Program, client::text, filing::Filer};

use super::{PDF, declaration, declared, digest, piece, state, stored};

tests::on_programs! { shared:
    an_upload_comes_in_pieces
    an_upload_goes_on_after_a_cut_line
    two_senders_do_not_mix_their_bytes
    a_piece_at_the_wrong_offset_is_refused
    a_piece_without_an_offset_is_refused
    more_bytes_than_declared_are_refused
    bytes_that_do_not_match_the_digest_are_refused_for_good
    a_file_that_is_not_of_its_type_is_refused_for_good
    a_stored_attachment_takes_no_more_bytes
    what_is_not_whole_is_not_downloaded
    a_download_carries_its_digest
    a_declaration_is_checked
}

async fn reached(filer: &Filer, path: &str) -> (String, String) {
    let head = filer.client.request(Method::HEAD, &format!("{path}/content"));
    let answer = filer.client.send(head).await;
    assert_eq!(answer.status, 204);
    (answer.header("upload-offset").to_owned(), answer.header("upload-length").to_owned())
}

async fn an_upload_comes_in_pieces(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let path = declared(&filer, declaration(PDF)).await;
    let length = PDF.len().to_string();
    for (from, to) in [(0, 7), (7, 40), (40, PDF.len())] {
        assert_eq!(reached(&filer, &path).await, (from.to_string(), length.clone()));
        let answer = piece(&filer.client, &path, from, &PDF[from..to]).await;
        assert_eq!(answer.status, 204);
        assert_eq!(
            (answer.header("upload-offset"), answer.header("upload-length")),
            (&*to.to_string(), &*length)
        );
    }
    assert_eq!(state(&filer, &path).await, "stored");
    assert_eq!(reached(&filer, &path).await, (length.clone(), length));
}

async fn an_upload_goes_on_after_a_cut_line(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let path = declared(&filer, declaration(PDF)).await;
    cut_after(&filer, &path, &PDF[..20]);
    let mut from = 0;
    // The gateway may still be writing what came before the cut: an offset that it has passed tells where it is.
    for _ in 0..10 {
        let answer = piece(&filer.client, &path, from, &PDF[from..]).await;
        if answer.status == 204 {
            break;
        }
        let problem = answer.problem(409, "upload-offset-mismatch");
        from = problem["upload_offset"].as_u64().and_then(|at| usize::try_from(at).ok()).expect("an offset");
    }
    assert_eq!(state(&filer, &path).await, "stored");
    assert_eq!(filer.client.get(&format!("{path}/content")).await.bytes, PDF);
}

/// Announces the whole document, sends its beginning, and hangs up.
fn cut_after(filer: &Filer, path: &str, beginning: &[u8]) {
    use std::io::Write;
    let address = filer.client.base_url().trim_start_matches("http://");
    let token = filer.client.token().expect("a token");
    let mut line = std::net::TcpStream::connect(address).expect("the gateway listens");
    let head = format!(
        "PATCH {path}/content HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/octet-stream\r\nUpload-Offset: 0\r\nContent-Length: {}\r\n\r\n",
        PDF.len()
    );
    line.write_all(head.as_bytes()).expect("the head is sent");
    line.write_all(beginning).expect("the beginning is sent");
}

async fn two_senders_do_not_mix_their_bytes(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    for _ in 0..8 {
        let path = declared(&filer, declaration(PDF)).await;
        let send = || piece(&filer.client, &path, 0, PDF);
        let (first, second) = tokio::join!(send(), send());
        // The later one is refused, or sends the same bytes once more after the earlier one is through.
        let statuses = [first.status.as_u16(), second.status.as_u16()];
        assert!(statuses.contains(&204), "{statuses:?}");
        assert!(statuses.iter().all(|status| matches!(status, 204 | 409)), "{statuses:?}");
        assert_eq!(filer.client.get(&format!("{path}/content")).await.bytes, PDF);
        assert_eq!(state(&filer, &path).await, "stored");
    }
}

async fn a_piece_at_the_wrong_offset_is_refused(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let path = declared(&filer, declaration(PDF)).await;
    piece(&filer.client, &path, 0, &PDF[..10]).await.expect(204);
    for offset in [0, 9, 11, PDF.len()] {
        let problem = piece(&filer.client, &path, offset, b"x").await.problem(409, "upload-offset-mismatch");
        assert_eq!(problem["upload_offset"], 10);
    }
    assert_eq!(reached(&filer, &path).await.0, "10");
}

async fn a_piece_without_an_offset_is_refused(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let path = declared(&filer, declaration(PDF)).await;
    let request = filer
        .client
        .request(Method::PATCH, &format!("{path}/content"))
        .header("Content-Type", "application/octet-stream")
        .body(PDF.to_vec());
    filer.client.send(request).await.problem(400, "malformed-request");
    assert_eq!(reached(&filer, &path).await.0, "0");
}

async fn more_bytes_than_declared_are_refused(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let path = declared(&filer, declaration(PDF)).await;
    let long = [PDF, b"!"].concat();
    let problem = piece(&filer.client, &path, 0, &long).await.problem(413, "payload-too-large");
    assert_eq!(problem["declared_size"], PDF.len());
    assert_eq!(state(&filer, &path).await, "uploading");
}

async fn bytes_that_do_not_match_the_digest_are_refused_for_good(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let path = declared(&filer, declaration(PDF)).await;
    let mut other = PDF.to_vec();
    other[20] ^= 1;
    piece(&filer.client, &path, 0, &other).await.problem(422, "digest-mismatch");
    assert_eq!(state(&filer, &path).await, "refused");
    piece(&filer.client, &path, 0, PDF).await.problem(409, "upload-offset-mismatch");
    filer.client.get(&format!("{path}/content")).await.problem(404, "not-found");
}

async fn a_file_that_is_not_of_its_type_is_refused_for_good(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let program_file = b"MZ this is no document";
    let kinds = ["application/pdf", "image/png", "image/jpeg", "application/xml", "application/zip"];
    for kind in kinds {
        let mut declaration = declaration(program_file);
        declaration["content_type"] = json!(kind);
        let path = declared(&filer, declaration).await;
        piece(&filer.client, &path, 0, program_file).await.problem(422, "digest-mismatch");
        assert_eq!(state(&filer, &path).await, "refused", "{kind}");
        let id = text(&filer.client.get(&path).await.expect(200)["id"]);
        filer.until(&id, "attachment.refused").await;
    }
}

async fn a_stored_attachment_takes_no_more_bytes(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let path = filer.path(&format!("attachments/{}", stored(&filer, PDF).await));
    for offset in [0, PDF.len()] {
        piece(&filer.client, &path, offset, b"more").await.problem(409, "upload-offset-mismatch");
    }
    assert_eq!(filer.client.get(&format!("{path}/content")).await.bytes, PDF);
}

async fn what_is_not_whole_is_not_downloaded(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let path = declared(&filer, declaration(PDF)).await;
    piece(&filer.client, &path, 0, &PDF[..10]).await.expect(204);
    filer.client.get(&format!("{path}/content")).await.problem(404, "not-found");
}

async fn a_download_carries_its_digest(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let id = stored(&filer, PDF).await;
    let request = filer.client.request(Method::GET, &filer.path(&format!("attachments/{id}/content")));
    let answer = request.send().await.expect("an answer");
    let header = |name: &str| answer.headers()[name].to_str().expect("a text").to_owned();
    let sha = BASE64_STANDARD.encode(domain::digest::Digest::of(PDF).as_bytes());
    assert_eq!(header("repr-digest"), format!("sha-256=:{sha}:"));
    assert_eq!(header("content-type"), "application/octet-stream");
    assert_eq!(header("content-disposition"), "attachment");
    assert_eq!(header("content-length"), PDF.len().to_string());
    assert_eq!(answer.bytes().await.expect("a body"), PDF);
}

async fn a_declaration_is_checked(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let cases: [(&str, Value); 8] = [
        ("/name", json!("../устав.pdf")),
        ("/name", json!("")),
        ("/name", json!(".hidden")),
        ("/content_type", json!("application/x-msdownload")),
        ("/size", json!(0)),
        ("/size", json!(domain::attachment::MAX_BYTES + 1)),
        ("/digest", json!(digest(PDF).replace("sha-256:", "md5:"))),
        ("/colour", json!("red")),
    ];
    for (pointer, value) in cases {
        let mut declaration = declaration(PDF);
        declaration[pointer.trim_start_matches('/')] = value;
        let answer = filer.client.post(&filer.path("attachments"), declaration).await;
        let problem = answer.problem(422, "validation-failed");
        assert_eq!(problem["violations"][0]["pointer"], pointer, "{problem}");
        assert!(!text(&problem["violations"][0]["fix"]["text"]).is_empty());
    }
}
