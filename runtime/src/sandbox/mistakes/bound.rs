//! The names of a source that certainly stand for one kind of value wherever they are read. No scopes are resolved:
//! a name counts only if all that binds or changes it anywhere in the source gives it such a value. A parameter, a
//! loop, a function of the name are something else, and so the name tells nothing.

use std::collections::HashMap;

use full_moon::ast::luau::{ConstAssignment, ConstFunction, IfConditionBinding};
use full_moon::ast::{
    Assignment, Ast, CompoundAssignment, Expression, FunctionBody, FunctionDeclaration, GenericFor,
    LocalAssignment, LocalFunction, NumericFor, Parameter, Var,
};
use full_moon::tokenizer::TokenReference;
use full_moon::visitors::Visitor;

/// The names of one kind.
pub(super) struct Only<'k> {
    is_of_kind: &'k dyn Fn(&Expression) -> bool,
    /// Whether each name is only ever given a value of it.
    names: HashMap<String, bool>,
}

impl<'k> Only<'k> {
    /// Those of a source.
    pub(super) fn of(ast: &Ast, is_of_kind: &'k dyn Fn(&Expression) -> bool) -> Only<'k> {
        let mut only = Only { is_of_kind, names: HashMap::new() };
        only.visit_ast(ast);
        only
    }

    pub(super) fn has(&self, name: &TokenReference) -> bool {
        self.names.get(&name.token().to_string()) == Some(&true)
    }

    /// Whether the source binds the name at all.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    fn note(&mut self, name: &TokenReference, value: Option<&Expression>) {
        let is_one = value.is_some_and(self.is_of_kind);
        self.keep(name.token().to_string(), is_one);
    }

    /// Something that is no value of the kind, or about which nothing is known.
    fn note_other(&mut self, name: &TokenReference) {
        self.keep(name.token().to_string(), false);
    }

    fn keep(&mut self, name: String, is_one: bool) {
        *self.names.entry(name).or_insert(true) &= is_one;
    }
}

impl Visitor for Only<'_> {
    fn visit_local_assignment(&mut self, local: &LocalAssignment) {
        let mut values = local.expressions().iter();
        for name in local.names() {
            self.note(name, values.next());
        }
    }

    fn visit_const_assignment(&mut self, local: &ConstAssignment) {
        let mut values = local.expressions().iter();
        for name in local.names() {
            self.note(name, values.next());
        }
    }

    fn visit_assignment(&mut self, assignment: &Assignment) {
        let mut values = assignment.expressions().iter();
        for variable in assignment.variables() {
            let value = values.next();
            if let Var::Name(name) = variable {
                self.note(name, value);
            }
        }
    }

    fn visit_compound_assignment(&mut self, assignment: &CompoundAssignment) {
        if let Var::Name(name) = assignment.lhs() {
            self.note_other(name);
        }
    }

    fn visit_if_condition_binding(&mut self, binding: &IfConditionBinding) {
        self.note_other(binding.name());
    }

    fn visit_function_body(&mut self, body: &FunctionBody) {
        for parameter in body.parameters() {
            if let Parameter::Name(name) = parameter {
                self.note_other(name);
            }
        }
    }

    fn visit_local_function(&mut self, function: &LocalFunction) {
        self.note_other(function.name());
    }

    fn visit_const_function(&mut self, function: &ConstFunction) {
        self.note_other(function.name());
    }

    fn visit_function_declaration(&mut self, function: &FunctionDeclaration) {
        // `function a.b()` changes a field of `a`, and `function a:b()` has a `self`.
        let name = function.name();
        if name.method_name().is_some() {
            self.keep("self".to_owned(), false);
        } else if let [name] = name.names().iter().collect::<Vec<_>>().as_slice() {
            self.note_other(name);
        }
    }

    fn visit_generic_for(&mut self, statement: &GenericFor) {
        statement.names().iter().for_each(|name| self.note_other(name));
    }

    fn visit_numeric_for(&mut self, statement: &NumericFor) {
        self.note_other(statement.index_variable());
    }
}
