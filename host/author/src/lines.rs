//! Lines that are typed into a session: what could come next, and what type an expression has.
//!
//! To the type checker a session is a module: what a session has, then the lines that worked, then the one that is being
//! typed.

use std::collections::BTreeMap;
use std::fmt::Write;

use moontide_runtime::journal::Bundle;
use moontide_runtime::journal::execution::Module;
use moontide_runtime::sandbox::Typed;

use crate::types::Analysis;
use crate::types::answers::{Described, Offer, Spot};

/// The module that the lines are.
const SESSION: &str = "session";
/// The library's modules that a session has, each under its last name.
pub const MODULES: [&str; 7] = ["moontide", "drs", "ec2", "route53", "ssm", "state", "sts"];

/// The lines of a session, as the type checker sees them. Used on a stack of [`STACK`](crate::types::STACK) bytes.
#[derive(Default)]
pub struct Lines {
    analysis: Analysis,
    /// Those that worked.
    worked: Vec<String>,
}

impl Lines {
    /// A line has worked.
    pub fn add(&mut self, line: &str) {
        self.worked.push(statement(line));
    }

    /// What could be written at this byte of a line.
    pub fn offers(&mut self, line: &str, at: usize) -> Vec<Offer> {
        let (bundle, begin) = self.bundle(line);
        self.analysis.offers(&bundle, SESSION, spot(begin, line.get(..at).unwrap_or(line)))
    }

    /// What an expression is.
    pub fn describe(&mut self, expression: &str) -> Option<Described> {
        let line = format!("local it = {expression}\nit()");
        let (bundle, begin) = self.bundle(&line);
        let name = spot(begin, &format!("local it = {expression}\n"));
        self.analysis.describe(&bundle, SESSION, name)
    }

    /// The bundle in which a line stands, and the line of its module at which it does.
    fn bundle(&self, line: &str) -> (Bundle, u32) {
        let library = moontide_stdlib::MODULES.iter();
        let module = |(name, source): &(&str, &str)| {
            ((*name).to_owned(), Module { file: format!("{name}.luau"), source: (*source).into() })
        };
        let mut modules: BTreeMap<String, Module> = library.map(module).collect();
        let mut text = String::new();
        for name in MODULES {
            let _ = write!(text, "local {name} = require(\"{}\") ", path(name));
        }
        text.push('\n');
        for worked in &self.worked {
            text.push_str(worked);
            text.push('\n');
        }
        let begin = u32::try_from(text.matches('\n').count()).unwrap_or(u32::MAX);
        text.push_str(line);
        let own = Module { file: format!("{SESSION}.luau"), source: text.into() };
        modules.insert(SESSION.to_owned(), own);
        (Bundle { entry: SESSION.to_owned(), modules }, begin)
    }
}

/// The name by which `require` knows a module of a session.
pub fn path(module: &str) -> String {
    if module == "moontide" { "@moontide".to_owned() } else { format!("@moontide/{module}") }
}

/// A line as it stands in a function: an expression is no statement of Luau unless it calls something.
pub fn statement(line: &str) -> String {
    if let Some(value) = line.trim_start().strip_prefix("return ") {
        return format!("local _ = {value}");
    }
    let is_statement = Typed::of_statement(line) == Typed::Whole;
    if is_statement { line.to_owned() } else { format!("local _ = {line}") }
}

/// The place behind a text that begins at this line.
fn spot(begin: u32, text: &str) -> Spot {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let last = text.rfind('\n').map_or(0, |at| at + 1);
    Spot {
        line: begin.saturating_add(count(text.matches('\n').count())),
        byte: count(text.len() - last),
    }
}

#[cfg(all(test, feature = "types"))]
mod tests {
    use super::*;
    use crate::types::STACK;

    fn on_a_stack<T: Send + 'static>(look: impl FnOnce(Lines) -> T + Send + 'static) -> T {
        let thread = std::thread::Builder::new().stack_size(STACK);
        thread.spawn(|| look(Lines::default())).expect("a thread").join().expect("it looks")
    }

    #[test]
    fn fields_and_variables_are_offered() {
        let labels = |lines: &mut Lines, line: &str| -> Vec<String> {
            lines.offers(line, line.len()).into_iter().map(|it| it.label).collect()
        };
        on_a_stack(move |mut lines| {
            assert!(labels(&mut lines, "ssm.").contains(&"run_command".to_owned()));
            lines.add("local web = drs.servers { tags = { Tier = \"web\" } }");
            lines.add("web[1].source_server_id");
            assert!(labels(&mut lines, "local x = we").contains(&"web".to_owned()));
            let fields = labels(&mut lines, "for _, it in web do\n\tit.");
            assert!(fields.contains(&"source_server_id".to_owned()), "{fields:?}");
        });
    }

    #[test]
    fn an_expression_has_a_type() {
        on_a_stack(|mut lines| {
            lines.add("local count = 2");
            let found = lines.describe("count * 2").expect("it has one");
            assert_eq!(found.ty.as_deref(), Some("number"));
            let found = lines.describe("drs.source_servers()").expect("it has one");
            assert!(found.ty.is_some_and(|ty| ty.contains("SourceServer")), "as the library says");
        });
    }
}
