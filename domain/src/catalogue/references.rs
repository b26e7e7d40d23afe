//! Whether everything that the documents of a catalogue name exists.

use super::{
    fault::Fault,
    load::DocumentKind,
    model::ServiceDocument,
    read::{Contents, Faults},
};

/// Reports every name that leads nowhere.
pub(super) fn check(contents: &Contents, faults: &mut Faults) {
    for (code, service) in &contents.services {
        check_service(contents, code, service, faults);
    }
    for (at, situation) in contents.situations.iter().enumerate() {
        let mut names =
            Names { contents, kind: DocumentKind::LifeSituations, code: "life_situations", faults };
        names.segments(&format!("/{at}/segments"), &situation.segments);
        for (step, scenario) in situation.scenario.iter().enumerate() {
            names.services(&format!("/{at}/scenario/{step}/services"), &scenario.services);
        }
    }
    for (at, question) in contents.faq.iter().enumerate() {
        let mut names = Names { contents, kind: DocumentKind::Faq, code: "faq", faults };
        names.situations(&format!("/{at}/life_situations"), &question.life_situations);
        names.services(&format!("/{at}/services"), &question.services);
    }
}

fn check_service(contents: &Contents, code: &str, service: &ServiceDocument, faults: &mut Faults) {
    let mut names = Names { contents, kind: DocumentKind::Service, code, faults };
    names.situations("/life_situations", &service.life_situations);
    names.segments("/segments", &service.segments);
    if !contents.authorities.iter().any(|one| one.id == service.authority_id) {
        names.missing("/authority_id".into(), "authority", service.authority_id.as_str());
    }
    if service.examples.is_empty() {
        faults.add(DocumentKind::Service, code, "/examples", Fault::NoExample);
    }
}

struct Names<'c> {
    contents: &'c Contents,
    kind: DocumentKind,
    code: &'c str,
    faults: &'c mut Faults,
}

impl Names<'_> {
    fn situations(&mut self, pointer: &str, codes: &[String]) {
        let contents = self.contents;
        self.all(pointer, "life situation", codes, |code| {
            contents.situations.iter().any(|one| one.code == code)
        });
    }

    fn segments(&mut self, pointer: &str, codes: &[String]) {
        let contents = self.contents;
        self.all(pointer, "segment", codes, |code| contents.segments.iter().any(|one| one.code == code));
    }

    fn services(&mut self, pointer: &str, codes: &[String]) {
        let contents = self.contents;
        self.all(pointer, "service", codes, |code| contents.services.contains_key(code));
    }

    fn all(&mut self, pointer: &str, what: &'static str, codes: &[String], exists: impl Fn(&str) -> bool) {
        for (at, code) in codes.iter().enumerate().filter(|(_, code)| !exists(code)) {
            self.missing(format!("{pointer}/{at}"), what, code);
        }
    }

    fn missing(&mut self, pointer: String, what: &'static str, name: &str) {
        self.faults.add(self.kind, self.code, pointer, Fault::Dangling { what, name: name.to_owned() });
    }
}
