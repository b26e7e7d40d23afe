//! The catalogue: every problem that the gateway can answer, in one table.

use domain::text::{Language, Text};

use super::both;

/// What the catalogue says about one code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// HTTP status.
    pub status: u16,
    /// The stable name: `code` on the wire and the end of the `type` URI.
    pub slug: &'static str,
    /// Whether the same request may succeed later without being changed.
    pub retryable: bool,
    /// What is wrong, in Russian and in English.
    pub title: [&'static str; 2],
    /// How to mend it, in Russian and in English.
    pub mend: [&'static str; 2],
}

impl Row {
    /// The title in `language`.
    pub fn title_in(&self, language: Language) -> &'static str {
        self.title[column(language)]
    }

    /// How to mend it, in `language`.
    pub fn mend_in(&self, language: Language) -> &'static str {
        self.mend[column(language)]
    }

    /// The title as a text in both languages.
    pub fn title_text(&self) -> Text {
        both(self.title[0], self.title[1])
    }
}

fn column(language: Language) -> usize {
    match language {
        Language::Ru => 0,
        Language::En => 1,
    }
}

impl Code {
    /// The code with this slug.
    pub fn from_slug(slug: &str) -> Option<Self> {
        <Self as strum::VariantArray>::VARIANTS.iter().copied().find(|code| code.row().slug == slug)
    }

    /// HTTP status.
    pub fn status(self) -> u16 {
        self.row().status
    }

    /// The stable name.
    pub fn slug(self) -> &'static str {
        self.row().slug
    }
}

/// Makes the enum and its table from the same lines, so that neither can lack a row.
macro_rules! catalogue {
    ($($name:ident = $status:literal $slug:literal $retry:ident: $ru:literal $en:literal; $mend_ru:literal $mend_en:literal;)*) => {
        /// A problem that the gateway can answer.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, strum::VariantArray)]
        pub enum Code {
            $(#[doc = $en] $name,)*
        }

        impl Code {
            /// What the catalogue says about this code.
            pub const fn row(self) -> &'static Row {
                match self {
                    $(Self::$name => &Row {
                        status: $status,
                        slug: $slug,
                        retryable: $retry,
                        title: [$ru, $en],
                        mend: [$mend_ru, $mend_en],
                    },)*
                }
            }
        }
    };
}

/// The same request cannot succeed until it is changed.
const MEND: bool = false;
/// The same request may succeed later.
const RETRY: bool = true;

catalogue! {
    MalformedRequest = 400 "malformed-request" MEND:
        "Запрос не удалось прочитать" "The request cannot be read";
        "Исправьте места, названные в violations, и отправьте запрос снова." "Mend the places named in violations and send the request again.";
    IdempotencyKeyRequired = 400 "idempotency-key-required" MEND:
        "Нужен заголовок Idempotency-Key" "The Idempotency-Key header is required";
        "Добавьте заголовок Idempotency-Key: 1–255 печатных символов ASCII, свой для каждого действия; при повторе того же действия — тот же ключ." "Add an Idempotency-Key header: 1 to 255 visible ASCII characters, one per action; repeat the action with the same key.";
    Unauthenticated = 401 "unauthenticated" MEND:
        "Не подтверждено, кто обращается" "It is not proven who calls";
        "Получите токен в /oauth2/token и передайте его в заголовке Authorization: DPoP с доказательством или Bearer — как он выдан." "Get a token at /oauth2/token and send it in the header Authorization: DPoP with a proof, or Bearer, as it was given.";
    InsufficientScope = 403 "insufficient-scope" MEND:
        "Токен не даёт этого права" "The token does not give this right";
        "Запросите токен с нужной областью действия (scope); она названа в заголовке WWW-Authenticate." "Ask for a token with the needed scope; the WWW-Authenticate header names it.";
    WrongSide = 403 "wrong-side" MEND:
        "Это действие другой стороны" "This is an act of the other side";
        "Действия бизнеса совершает приложение бизнеса, действия ведомства — приложение ведомства. Используйте токен приложения нужной стороны." "A business's application acts for the business, an authority's application for the authority. Use a token of the right side's application.";
    MandateEnded = 403 "mandate-ended" MEND:
        "Полномочие прекращено" "The mandate has ended";
        "Попросите бизнес выдать полномочие снова: /v1/access-requests." "Ask the business for a new mandate: /v1/access-requests.";
    MandateExpired = 403 "mandate-expired" MEND:
        "Срок полномочия истёк" "The mandate has expired";
        "Попросите бизнес выдать полномочие на новый срок: /v1/access-requests." "Ask the business for a mandate with a new term: /v1/access-requests.";
    MandateNotYetValid = 403 "mandate-not-yet-valid" MEND:
        "Срок полномочия ещё не начался" "The mandate's term has not begun";
        "Дождитесь valid_from; раньше действовать от имени бизнеса нельзя." "Wait for valid_from; nobody acts for the business by this mandate before.";
    MandatePending = 403 "mandate-pending" RETRY:
        "Полномочие ещё не подтверждено реестром" "The register has not confirmed the mandate yet";
        "Шлюз спрашивает реестр доверенностей сам; следите за status в /v1/mandates." "The gateway asks the register of powers of attorney by itself; follow status in /v1/mandates.";
    PowerInsufficient = 403 "power-insufficient" MEND:
        "Полномочий недостаточно" "The powers do not cover this";
        "Попросите бизнес добавить одно из полномочий sufficient_powers; если список пуст, действие доступно только собственному приложению бизнеса." "Ask the business to add one of sufficient_powers; where the list is empty, only the business's own application may do this.";
    PrincipalInactive = 403 "principal-inactive" MEND:
        "Бизнес прекратил деятельность" "The business has ceased";
        "Сведения бизнеса можно читать; действовать от его имени нельзя. Если это ошибка, исправьте запись в государственном реестре." "The business's data can be read; nobody can act in its name. If that is wrong, have the state register mended.";
    NotFound = 404 "not-found" MEND:
        "Не найдено" "Not found";
        "Проверьте адрес и идентификаторы. Так же отвечает то, что вызывающему знать не положено: проверьте, действует ли полномочие на этот бизнес." "Check the address and the ids. What the caller may not know of answers the same: check that your mandate for this business is in force.";
    MethodNotAllowed = 405 "method-not-allowed" MEND:
        "Метод здесь не применяется" "The method does not apply here";
        "Возьмите метод из заголовка Allow; все операции описаны в /openapi.json." "Take a method from the Allow header; /openapi.json describes every operation.";
    RequestTimeout = 408 "request-timeout" RETRY:
        "Тело запроса пришло слишком медленно" "The request's body came too slowly";
        "Повторите запрос с тем же Idempotency-Key; большие документы загружайте частями." "Repeat the request with the same Idempotency-Key; upload large documents in pieces.";
    StateConflict = 409 "state-conflict" MEND:
        "В нынешнем состоянии это невозможно" "The present state does not allow it";
        "Прочитайте запись заново: state — её состояние, allowed — возможные действия." "Read the resource again: state is where it stands, allowed what can be done.";
    DuplicateSubmission = 409 "duplicate-submission" MEND:
        "Такое же обращение уже подано" "The same submission is open already";
        "Следите за поданным обращением (existing_id) либо отзовите его и подайте новое." "Follow the open submission (existing_id), or withdraw it and lodge a new one.";
    RequestInProgress = 409 "request-in-progress" RETRY:
        "Запрос с этим ключом ещё выполняется" "A request with this key is still running";
        "Подождите Retry-After секунд и повторите запрос с тем же ключом: вы получите ответ первого." "Wait Retry-After seconds and repeat with the same key: you get the first one's answer.";
    LeaseLost = 409 "lease-lost" MEND:
        "Срок взятия задачи истёк" "The lease is not in force";
        "Возьмите задачу из /v1/authority/inbox заново." "Take the task from /v1/authority/inbox again.";
    UploadOffsetMismatch = 409 "upload-offset-mismatch" MEND:
        "Загрузка продолжена не с того места" "The upload goes on at the wrong place";
        "Продолжите с байта, названного в upload_offset." "Go on at the byte that upload_offset names.";
    StaleVersion = 412 "stale-version" MEND:
        "Запись уже изменилась" "The resource has changed";
        "Прочитайте запись заново, примените изменение к новой версии и пришлите её ETag в If-Match." "Read the resource again, apply the change to the new version and send its ETag in If-Match.";
    PayloadTooLarge = 413 "payload-too-large" MEND:
        "Тело запроса слишком велико" "The request's body is too large";
        "Уменьшите тело до предела из /v1/limits; документы прикладывайте загрузкой вложений." "Keep the body under the limit in /v1/limits; send documents as attachments.";
    UnsupportedMediaType = 415 "unsupported-media-type" MEND:
        "Такой вид тела не принимается" "This kind of body is not taken";
        "Пришлите тело в виде, названном в detail, без сжатия (без Content-Encoding)." "Send the body in the media type that detail names, uncompressed (no Content-Encoding).";
    PreconditionRequired = 428 "precondition-required" MEND:
        "Нужен заголовок If-Match" "The If-Match header is required";
        "Прочитайте запись и пришлите её ETag в If-Match, чтобы не затереть чужое изменение." "Read the resource and send its ETag in If-Match, so that nobody's change is overwritten.";
    ValidationFailed = 422 "validation-failed" MEND:
        "В данных есть ошибки" "The data has errors";
        "Исправьте все места из violations: в каждом есть fix." "Mend every place in violations; each has a fix.";
    RuleViolated = 422 "rule-violated" MEND:
        "Нарушено правило" "A rule is violated";
        "Прочитайте violations: там названо правило и способ его выполнить." "Read violations: they name the rule and the way to keep it.";
    DigestMismatch = 422 "digest-mismatch" MEND:
        "Содержимое не совпало с контрольной суммой" "The content does not match its digest";
        "Посчитайте SHA-256 отправляемых байтов и загрузите документ заново." "Take the SHA-256 of the bytes you send and upload the document again.";
    AttachmentNotReady = 422 "attachment-not-ready" MEND:
        "Вложение ещё не загружено полностью" "An attachment is not whole yet";
        "Завершите загрузку вложений, названных в violations, затем повторите." "Finish uploading the attachments named in violations, then repeat.";
    IdempotencyKeyReused = 422 "idempotency-key-reused" MEND:
        "Этот ключ уже использован для другого запроса" "The key was used for a different request";
        "Возьмите новый Idempotency-Key: под прежним ключом можно повторить только тот же самый запрос." "Take a new Idempotency-Key: under the old one only the very same request can be repeated.";
    RateLimited = 429 "rate-limited" RETRY:
        "Слишком много запросов" "Too many requests";
        "Подождите Retry-After секунд; пределы названы в /v1/limits и в заголовке RateLimit-Policy." "Wait Retry-After seconds; /v1/limits and the RateLimit-Policy header name the limits.";
    Internal = 500 "internal" RETRY:
        "Внутренняя ошибка шлюза" "The gateway failed";
        "Повторите запрос с тем же Idempotency-Key. Если не помогло, сообщите поддержке request_id." "Repeat the request with the same Idempotency-Key. If that does not help, tell the support the request_id.";
    Overloaded = 503 "overloaded" RETRY:
        "Шлюз перегружен" "The gateway is overloaded";
        "Ничего не выполнено. Повторите через Retry-After секунд с тем же Idempotency-Key." "Nothing was done. Repeat after Retry-After seconds with the same Idempotency-Key.";
    StoreUnavailable = 503 "store-unavailable" RETRY:
        "Хранилище не ответило, исход неизвестен" "The store did not answer, the outcome is unknown";
        "Повторите запрос с тем же Idempotency-Key: повтор безопасен и двойного действия не будет." "Repeat the request with the same Idempotency-Key: that is safe, nothing happens twice.";
    StorageFull = 503 "storage-full" RETRY:
        "В хранилище нет места" "The store has no room left";
        "Ничего не выполнено. Повторите позже с тем же Idempotency-Key; чтение работает." "Nothing was done. Repeat later with the same Idempotency-Key; reading works.";
    ShuttingDown = 503 "shutting-down" RETRY:
        "Шлюз перезапускается" "The gateway is restarting";
        "Ничего не выполнено. Повторите через Retry-After секунд: запрос примет другой экземпляр." "Nothing was done. Repeat after Retry-After seconds: another instance takes the request.";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use strum::VariantArray as _;

    use super::*;

    #[test]
    fn every_row_is_whole_and_its_slug_its_own() {
        let mut slugs = HashSet::new();
        for code in Code::VARIANTS {
            let row = code.row();
            assert!(slugs.insert(row.slug), "{} twice", row.slug);
            assert!(row.slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", row.slug);
            assert!((400..600).contains(&row.status));
            assert!(row.title.iter().chain(&row.mend).all(|text| !text.is_empty()));
            assert_eq!(Code::from_slug(row.slug), Some(*code));
        }
        assert_eq!(Code::from_slug("nonsense"), None);
    }
}
