//! Opinions over many drafts: what is told of them by every parameter, what a difference of two slices says, and the
//! program's own recount.

use serde_json::{Value, json};
use tests::{Client, Engine, Own, Program, client::text, filing::Filer, on_both_engines, own::authority};

use super::{opine, opinion, published};
use crate::assessments::counting::check;

tests::on_programs! { start:
    opinions_are_summed_by_every_parameter
    two_slices_differ_by_nobody_or_by_enough
    a_draft_that_changed_moves_with_its_figures
}

on_both_engines! { the_program_recounts_opinions_and_names_what_differs }

async fn slice(client: &Client, dimension: &str, value: &str) -> Value {
    let path = format!("/v1/draft-acts/opinions/summary?dimension={dimension}&value={value}");
    client.get(&path).await.expect(200)["summary"].clone()
}

/// So many fresh businesses say so of a draft.
async fn spoken(program: &Program, draft: &str, scores: &[u8]) -> Vec<Filer> {
    let mut filers = Vec::new();
    for score in scores {
        let filer = Filer::new(program, "cafe").await;
        opine(&filer, draft, opinion(*score)).await;
        filers.push(filer);
    }
    filers
}

async fn opinions_are_summed_by_every_parameter(program: &Program) {
    let (client, office) = (program.client(), authority(program).await);
    let first = published(&office, json!({ "requirements": [{ "code": "OT-028" }] })).await;
    let second = published(&office, json!({ "act_kind": "federal_law" })).await;
    let filers = spoken(program, &first, &[1, 2, 3, 4, 5]).await;
    spoken(program, &second, &[5, 5, 5, 5, 5]).await;
    let all = slice(&client, "level", "federal").await;
    assert_eq!((&all["clarity"]["n"], &all["clarity"]["mean"]), (&json!(10), &json!(4.0)));
    assert_eq!(all["clarity"]["distribution"], json!([1, 1, 1, 1, 6]));
    assert_eq!(all["marks"]["assessments"], 10);
    let both = [
        ("developer", "aut_fns"),
        ("procedure", "regulatory_impact"),
        ("life_situation", "start-business"),
        ("keyword", "%D0%96%D1%83%D1%80%D0%BD%D0%B0%D0%BB"),
    ];
    for (dimension, value) in both {
        assert_eq!(slice(&client, dimension, value).await, all, "{dimension}");
    }
    for (dimension, value) in
        [("requirement", "OT-028"), ("act", "54-fz-2003"), ("act_kind", "ministry_order")]
    {
        let one = slice(&client, dimension, value).await;
        assert_eq!((&one["clarity"]["n"], &one["clarity"]["mean"]), (&json!(5), &json!(3.0)), "{dimension}");
    }
    let requirements = client.get("/v1/assessments/summary?dimension=level&value=federal").await.expect(200);
    assert_eq!(requirements["summary"]["clarity"], Value::Null, "requirements in force stand apart");
    // What the developer did with them is summed alike: once five were considered.
    for filer in &filers {
        let listed = filer.client.get(&filer.path("opinions")).await.expect(200);
        let id = text(&listed["items"][0]["id"]);
        let path = format!("/v1/authority/draft-acts/{first}/opinions/{id}/consideration");
        office.post(&path, json!({ "state": "received" })).await.expect(200);
    }
    assert_eq!(slice(&client, "requirement", "OT-028").await["outcomes"]["received"], 5);
    client
        .get("/v1/draft-acts/opinions/summary?dimension=weather&value=x")
        .await
        .problem(400, "malformed-request");
}

/// Two drafts of one level, one of them alone under a key word: whoever subtracts one slice from the other learns what is
/// told of the other draft, which is nothing as long as few spoke of it.
async fn two_slices_differ_by_nobody_or_by_enough(program: &Program) {
    let (client, office) = (program.client(), authority(program).await);
    let many = published(&office, json!({ "keywords": ["many"] })).await;
    let few = published(&office, json!({ "keywords": ["few"] })).await;
    spoken(program, &many, &[1, 2, 3, 4, 5]).await;
    spoken(program, &few, &[5, 5, 5, 5]).await;
    let (all, word) = (slice(&client, "level", "federal").await, slice(&client, "keyword", "many").await);
    assert_eq!(all, word, "four voices show nowhere");
    assert_eq!(slice(&client, "keyword", "few").await["clarity"], Value::Null);
    spoken(program, &few, &[5]).await;
    let grown = slice(&client, "level", "federal").await;
    assert_eq!((&grown["clarity"]["n"], &word["clarity"]["n"]), (&json!(10), &json!(5)));
    assert_eq!(slice(&client, "keyword", "many").await, word);
}

async fn a_draft_that_changed_moves_with_its_figures(program: &Program) {
    let (client, office) = (program.client(), authority(program).await);
    let draft = published(&office, json!({ "keywords": ["before"] })).await;
    spoken(program, &draft, &[4, 4, 4, 4, 4]).await;
    assert_eq!(slice(&client, "keyword", "before").await["clarity"]["n"], 5);
    let content = super::notice(json!({ "keywords": ["after"] }))["content"].clone();
    let path = format!("/v1/authority/draft-acts/{draft}");
    let request = office.request(reqwest::Method::PUT, &path).header("If-Match", "\"v1\"").json(&content);
    office.send(request).await.expect(200);
    assert_eq!(slice(&client, "keyword", "after").await["clarity"], Value::Null, "from the next step on");
    spoken(program, &draft, &[2, 2, 2, 2, 2]).await;
    assert_eq!(slice(&client, "keyword", "before").await["clarity"], Value::Null);
    assert_eq!(slice(&client, "keyword", "after").await["clarity"]["n"], 10);
}

async fn the_program_recounts_opinions_and_names_what_differs(engine: Engine) {
    let Some(mut own) = Own::start(engine, &[]) else { return };
    let office = own.authority().await;
    let draft = published(&office, json!({})).await;
    let filers = spoken(&own.program, &draft, &[1, 2, 3, 4, 5, 5]).await;
    let listed = filers[5].client.get(&filers[5].path("opinions")).await.expect(200);
    let taken = filers[5].path(&format!("opinions/{}/withdrawal", text(&listed["items"][0]["id"])));
    filers[5].client.act(&taken).await.expect(200);
    own.program.signal("TERM");
    own.program.wait();
    let checked = check(&own);
    let said = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(
        checked.status.success() && said.starts_with("0 assessments, 6 opinions, 1 cells"),
        "{checked:?}"
    );
    let broken = |statement: &str| {
        own.sql(statement);
        let checked = check(&own);
        assert_eq!(checked.status.code(), Some(1), "{checked:?}");
        String::from_utf8_lossy(&checked.stderr).into_owned()
    };
    let named = broken("UPDATE assessment_slices SET told = '{}' WHERE dimension = 'keyword'");
    assert!(named.contains("1 differences") && named.contains("Keyword"), "{named}");
    let named = broken(&format!(
        "UPDATE assessment_standings SET parts = '{{}}' WHERE business_id = '{}'",
        filers[0].business
    ));
    for part in [
        "3 differences",
        &format!("{draft} notice regulatory_impact: {}", filers[0].business),
        "the cell says",
    ] {
        assert!(named.contains(part), "no {part:?} in {named}");
    }
    let named = broken(&format!("DELETE FROM assessment_cells WHERE requirement = '{draft} notice'"));
    assert!(named.contains("no cell") && named.contains("the slice says"), "{named}");
}
