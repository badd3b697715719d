//! Reads a module of the library: its functions and types, and the comments above them.

use std::collections::BTreeMap;

use full_moon::ast::luau::TypeInfo;
use full_moon::ast::{Ast, Expression, LastStmt, Stmt};
use full_moon::node::Node;
use full_moon::tokenizer::{Token, TokenType};

/// A module of the library.
#[derive(Debug, Default)]
pub(super) struct Module {
    /// The name that `require` knows it by.
    pub(super) name: String,
    /// The comment at its head.
    pub(super) about: String,
    /// Its functions, local ones too, in their order.
    pub(super) functions: Vec<Function>,
    /// The types that it exports.
    pub(super) types: Vec<Type>,
    /// The modules that it requires, by the local name.
    pub(super) required: BTreeMap<String, String>,
    /// What the file returns.
    pub(super) returns: String,
}

/// A function, or another value that a module hands out.
#[derive(Debug)]
pub(super) struct Function {
    /// `ssm.run_command`; a local one has no dot.
    pub(super) name: String,
    pub(super) comment: String,
    /// `(command: Command): { Invocation }`; what is assigned, if it is no function.
    pub(super) signature: String,
    /// All of it.
    pub(super) body: String,
}

/// A type that a module exports.
#[derive(Debug)]
pub(super) struct Type {
    pub(super) name: String,
    pub(super) comment: String,
    /// What it is.
    pub(super) text: String,
    /// Its fields, if it is a table.
    pub(super) fields: Vec<Field>,
}

/// A field of a type.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: String,
    /// Its type: `{ string }?`.
    pub(super) is: String,
    pub(super) comment: String,
    /// Whether it is only read: so is what an author writes.
    pub(super) is_read: bool,
}

/// All modules, and the engine's own.
pub(super) fn library() -> Vec<Module> {
    let own = [("@moontide/host", moontide_stdlib::HOST), moontide_stdlib::TEST];
    let all = moontide_stdlib::MODULES.iter().copied().chain(own);
    all.map(|(name, source)| module(name, source)).collect()
}

/// Reads a module. One that is no Luau is empty, which a test would see.
fn module(name: &str, source: &str) -> Module {
    let Ok(ast) = full_moon::parse(source) else { return Module::default() };
    let mut module = Module { name: name.to_owned(), about: head(&ast), ..Module::default() };
    for statement in ast.nodes().stmts() {
        read(&mut module, statement);
    }
    if let Some(LastStmt::Return(last)) = ast.nodes().last_stmt() {
        module.returns = code(last.returns());
        // A module may be one function.
        if let Some(Expression::Function(it)) = last.returns().iter().next() {
            let (name, signature) = (module.short().to_owned(), signature(it.body()));
            let (comment, body) = (String::new(), it.to_string());
            module.functions.push(Function { name, comment, signature, body });
        }
    }
    module
}

fn read(module: &mut Module, statement: &Stmt) {
    let comment = comment(statement);
    match statement {
        Stmt::FunctionDeclaration(it) => module.functions.push(Function {
            name: code(it.name()),
            comment,
            signature: signature(it.body()),
            body: it.to_string(),
        }),
        Stmt::LocalFunction(it) => module.functions.push(Function {
            name: code(it.name()),
            comment,
            signature: signature(it.body()),
            body: it.to_string(),
        }),
        Stmt::Assignment(it) => {
            let (name, value) = (code(it.variables()), code(it.expressions()));
            let body = it.to_string();
            module.functions.push(Function { name, comment, signature: value, body });
        }
        Stmt::LocalAssignment(it) => {
            let (name, value) = (code(it.names()), code(it.expressions()));
            if let Some(rest) = value.strip_prefix("require(\"") {
                module.required.insert(name, rest.trim_end_matches("\")").to_owned());
            } else if value.starts_with('"') {
                // The name of an operation may be a constant.
                let body = it.to_string();
                module.functions.push(Function { name, comment, signature: value, body });
            }
        }
        Stmt::ExportedTypeDeclaration(it) => {
            let declared = it.type_declaration();
            let definition = declared.type_definition();
            let fields = match definition {
                TypeInfo::Table { fields, .. } => fields.iter().map(field).collect(),
                _ => Vec::new(),
            };
            let name = code(declared.type_name());
            module.types.push(Type { name, comment, text: code(definition), fields });
        }
        _ => {}
    }
}

fn field(field: &full_moon::ast::luau::TypeField) -> Field {
    Field {
        name: code(field.key()),
        is: code(field.value()),
        comment: comment(field),
        is_read: field.access().is_some(),
    }
}

/// What a function takes and gives.
fn signature(body: &full_moon::ast::FunctionBody) -> String {
    let generics = body.generics().map(code).unwrap_or_default();
    let types = body.type_specifiers();
    let parameters = body.parameters().iter().zip(types).map(|(name, is)| match is {
        Some(is) => format!("{}{}", code(name), code(is)),
        None => code(name),
    });
    let parameters: Vec<String> = parameters.collect();
    let returns = body.return_type().map(code).unwrap_or_default();
    format!("{generics}({}){returns}", parameters.join(", "))
}

/// A piece of a source on one line, without its comments.
pub(super) fn code(node: &impl ToString) -> String {
    let text = node.to_string();
    let lines = text.lines().map(|line| line.split("--").next().unwrap_or_default());
    let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
    let line = words.join(" ");
    line.replace("( ", "(").replace(", )", ")").replace(" )", ")").replace(", }", " }")
}

/// The comment at the head of a file.
fn head(ast: &Ast) -> String {
    let Some(first) = ast.nodes().stmts().next() else { return String::new() };
    let (leading, _) = first.surrounding_trivia();
    let long = leading.iter().rev().find_map(|token| match token.token_type() {
        TokenType::MultiLineComment { comment, .. } => Some(dedented(comment)),
        _ => None,
    });
    long.unwrap_or_else(|| comment(first))
}

/// A long comment without the tab before each of its lines.
fn dedented(comment: &str) -> String {
    let lines = comment.lines().map(|line| line.strip_prefix('\t').unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// The lines `--- …` that stand just above something.
fn comment(node: &impl Node) -> String {
    let (leading, _) = node.surrounding_trivia();
    let mut lines: Vec<String> = Vec::new();
    let mut breaks = 0;
    for token in leading.iter().rev() {
        match said(token) {
            Said::Doc(line) if breaks <= 1 => {
                lines.push(line);
                breaks = 0;
            }
            Said::Space(count) => breaks += count,
            Said::Doc(_) | Said::Other => break,
        }
    }
    lines.reverse();
    lines.join("\n")
}

/// What a piece between two tokens is.
enum Said {
    /// A line `--- …`.
    Doc(String),
    /// Space with so many line breaks.
    Space(usize),
    /// Another comment.
    Other,
}

fn said(token: &Token) -> Said {
    match token.token_type() {
        TokenType::Whitespace { characters } => Said::Space(characters.matches('\n').count()),
        TokenType::SingleLineComment { comment } => match comment.strip_prefix('-') {
            Some(line) => Said::Doc(line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned()),
            None => Said::Other,
        },
        _ => Said::Other,
    }
}

/// The type behind the last `::` of a value.
pub(super) fn asserted(value: &str) -> Option<&str> {
    value.rsplit_once(" :: ").map(|(_, is)| is)
}

impl Module {
    /// Whether authors require it for its functions: then it refuses unknown ones, and says so at its end.
    pub(super) fn is_library(&self) -> bool {
        self.returns.starts_with("host.module(")
    }

    /// Its name in the code of authors: `ssm`.
    pub(super) fn short(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or_default().trim_start_matches('@')
    }
}
