//! Compiling a catalogue: every document read, every name resolved, every form, rule and example tried.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Map, Value, json};

use super::{
    Catalogue,
    expression::{Expression, Facts},
    fault::{CatalogueFault, Fault},
    field::field_pointer,
    form::Form,
    load::{Document, DocumentKind},
    model::{Audience, ServiceDocument},
    prefill::Prefills,
    read::{Contents, Faults},
    references,
    rules::CompiledRule,
    schema::SchemaCompiler,
    search::Index,
    service::{Parts, Service},
};
use crate::digest::Digest;

impl Catalogue {
    /// Compiles documents into a catalogue.
    ///
    /// # Errors
    /// Everything that is wrong with the documents.
    pub fn compile(documents: Vec<Document>) -> Result<Self, Vec<CatalogueFault>> {
        let mut faults = Faults::default();
        let contents = Contents::read(&documents, &mut faults);
        references::check(&contents, &mut faults);
        let segment_tests = compile_segments(&contents, &mut faults);
        let services = compile_services(&contents, &mut faults);
        let profile = compile_profile(&contents, &mut faults);
        let Some((manifest, profile)) = contents.manifest.zip(profile).filter(|_| faults.0.is_empty()) else {
            return Err(faults.0);
        };
        let index = Index::build(
            services.values().map(|service| &service.document),
            &contents.situations,
            &contents.faq,
        );
        Ok(Self {
            version: manifest.version,
            digest: digest_of(&documents),
            edition: documents.iter().map(|document| document.version).sum(),
            services,
            situations: contents.situations,
            segments: contents.segments,
            segment_tests,
            faq: contents.faq,
            authorities: contents.authorities,
            dictionaries: contents.dictionaries,
            profile,
            index,
        })
    }
}

/// The digest over all documents, in whatever order they come.
fn digest_of(documents: &[Document]) -> Digest {
    let mut sorted = documents.iter().collect::<Vec<_>>();
    sorted.sort_by(|one, other| {
        (one.kind, &one.code, one.version).cmp(&(other.kind, &other.code, other.version))
    });
    let rows = sorted.into_iter().map(|one| json!([<&str>::from(one.kind), one.code, one.version, one.body]));
    let canonical = serde_json_canonicalizer::to_vec(&rows.collect::<Value>());
    Digest::of(&canonical.expect("JSON values always have a canonical form"))
}

fn compile_segments(contents: &Contents, faults: &mut Faults) -> Vec<Expression> {
    let nothing = Map::new();
    let nobody = Facts::new(&nothing, &nothing, jiff::civil::Date::ZERO);
    let mut tests = Vec::new();
    for (at, segment) in contents.segments.iter().enumerate() {
        let pointer = format!("/{at}/profile");
        let mut fault = |fault| faults.add(DocumentKind::Segments, "segments", pointer.clone(), fault);
        match Expression::compile(&segment.profile) {
            Ok(test) => {
                test.unknown_name(&nobody)
                    .into_iter()
                    .for_each(|name| fault(Fault::Expression(unknown(&name))));
                tests.push(test);
            }
            Err(message) => fault(Fault::Expression(message)),
        }
    }
    tests
}

fn unknown(name: &str) -> String {
    format!("nothing is called `{name}`")
}

fn compile_services(contents: &Contents, faults: &mut Faults) -> BTreeMap<String, Arc<Service>> {
    let compiler = SchemaCompiler::new(&contents.dictionaries);
    let mut services = BTreeMap::new();
    for (code, document) in &contents.services {
        let mut fault =
            |pointer: String, fault: Fault| faults.add(DocumentKind::Service, code, pointer, fault);
        if let Some(service) = compile_service(document, contents, &compiler, &mut fault) {
            try_examples(&service, &mut fault);
            services.insert(code.clone(), Arc::new(service));
        }
    }
    services
}

/// What a profile may hold, over the catalogue's blocks and dictionaries.
fn compile_profile(contents: &Contents, faults: &mut Faults) -> Option<Form> {
    let resources = (&SchemaCompiler::new(&contents.dictionaries), &contents.dictionaries);
    let mut fault =
        |pointer: String, fault: Fault| faults.add(DocumentKind::Profile, "profile", pointer, fault);
    Form::of_schema(
        (&contents.profile, &BTreeMap::new()),
        std::iter::empty(),
        &contents.blocks,
        resources,
        &mut fault,
    )
}

type Report<'r> = &'r mut dyn FnMut(String, Fault);

fn compile_service(
    document: &ServiceDocument,
    contents: &Contents,
    compiler: &SchemaCompiler,
    fault: Report<'_>,
) -> Option<Service> {
    let rules = compile_rules(document, fault);
    let papers = compile_papers(document, fault);
    let form = Form::compile(document, &contents.blocks, (compiler, &contents.dictionaries), fault)?;
    for (at, rule) in document.rules.iter().enumerate() {
        let known = rule.pointer.is_empty() || form.fields.contains_key(&field_pointer(&rule.pointer));
        if !known {
            fault(
                format!("/rules/{at}/pointer"),
                Fault::Dangling { what: "field", name: rule.pointer.clone() },
            );
        }
    }
    let prefills = Prefills::compile(&form, compiler)
        .map_err(|error| fault("/hints".into(), Fault::Schema(error)))
        .ok()?;
    Some(Service::new(document.clone(), Parts { form, prefills, rules, papers }))
}

fn compile_rules(document: &ServiceDocument, fault: Report<'_>) -> Vec<CompiledRule> {
    let mut rules = Vec::new();
    for (at, rule) in document.rules.iter().enumerate() {
        match CompiledRule::compile(rule) {
            Ok(compiled) => rules.push(compiled),
            Err((member, message)) => fault(format!("/rules/{at}/{member}"), Fault::Expression(message)),
        }
    }
    rules
}

fn compile_papers(document: &ServiceDocument, fault: Report<'_>) -> Vec<Option<Expression>> {
    let mut papers = Vec::new();
    for (at, paper) in document.documents.iter().enumerate() {
        match paper.when.as_deref().map(Expression::compile).transpose() {
            Ok(when) => papers.push(when),
            Err(message) => fault(format!("/documents/{at}/when"), Fault::Expression(message)),
        }
    }
    papers
}

/// Each example must pass the form and meet the rules, on the day on which the document's facts were checked.
fn try_examples(service: &Service, fault: Report<'_>) {
    let profile = typical_applicant(&service.document.audience);
    for (at, example) in service.document.examples.iter().enumerate() {
        let findings = service.check(&example.form, &profile, service.document.as_of);
        for violation in findings.violations {
            let failed = Fault::ExampleFails { place: violation.pointer, code: violation.code };
            fault(format!("/examples/{at}"), failed);
        }
        let unmet = findings.unmet.into_iter().map(|rule| rule.code);
        for rule in unmet.chain(findings.unknown) {
            fault(format!("/examples/{at}"), Fault::ExampleUnmet { rule });
        }
        let facts = Facts::new(&example.form, &profile, service.document.as_of);
        for (number, (member, name)) in service.unknown_names(&facts) {
            fault(format!("/rules/{number}/{member}"), Fault::Expression(unknown(&name)));
        }
    }
}

/// The café of the sandbox, or a like applicant of the first kind that the service is for.
fn typical_applicant(audience: &[Audience]) -> Map<String, Value> {
    let legal = audience.is_empty() || audience.contains(&Audience::LegalEntity);
    let kind = if legal { Audience::LegalEntity } else { audience[0] };
    let profile = json!({
        "kind": <&str>::from(kind),
        "okved_main": "56.10",
        "region": "77",
        "employees": if legal { 12 } else { 3 },
        "annual_revenue": if legal { "45000000.00" } else { "9000000.00" },
        "msp_category": "micro",
        "tax_regime": "usn_income",
        "registered_on": "2018-05-10",
        "in_liquidation": false,
        "tax_debt": "0.00"
    });
    match profile {
        Value::Object(facts) => facts,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            unreachable!("the literal above is an object")
        }
    }
}
