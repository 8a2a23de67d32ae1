//! What the definition of scoring says, rule by rule; figures computed by hand; and
//! properties that hold for any rubric.

mod explained;
mod outcomes;
mod properties;
mod rubrics;
mod sources;
mod vectors;

use serde_json::{Value, json};

use super::{Inputs, Rubric, ScoreError, Scored, explain, to_plain_string};

fn rubric(value: Value) -> Rubric {
    Rubric::parse(&value).unwrap_or_else(|error| panic!("{}: {value}", error.message()))
}

/// Four criteria whose weights add up to 1, on the default scale.
fn loan_call() -> Rubric {
    rubric(json!({"criteria": [
        {"name": "Rapport Building", "weight": 0.25},
        {"name": "Objection Handling", "weight": 0.3},
        {"name": "Call to Action", "weight": 0.25},
        {"name": "Professionalism", "weight": 0.2}
    ]}))
}

fn evaluated(rubric: &Rubric, evaluation: Value) -> Result<Scored, ScoreError> {
    explain(rubric, &Inputs { evaluation: Some(&evaluation), ..Inputs::default() })
}

fn broken_down(rubric: &Rubric, breakdown: Value) -> Result<Scored, ScoreError> {
    explain(rubric, &Inputs { breakdown: Some(&breakdown), ..Inputs::default() })
}

fn text(scored: &Scored) -> Option<String> {
    scored.score.as_ref().map(to_plain_string)
}

/// The score as text, of an evaluation that has one.
fn score_of(rubric: &Rubric, evaluation: Value) -> String {
    text(&evaluated(rubric, evaluation).unwrap()).unwrap()
}

fn sources(scored: &Scored) -> Vec<&'static str> {
    scored.lines.iter().map(|line| line.source.as_str()).collect()
}
