//! The checker between two looks at the same files: what has not changed is not checked again.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use luau_common::BString;
use luau_syntax::location::Position;
use moontide_runtime::journal::Bundle;
use moontide_runtime::plan::Plan;

use super::answers::{Described, Offer, Origin, Spot};
use super::checker::{self, Checker};
use super::{comment, offers, point, refused, words};
use crate::finding::Finding;

/// The checker and the files that it has seen. It is used on a stack of [`STACK`](super::STACK) bytes.
pub struct Analysis(Checker);

impl Default for Analysis {
    fn default() -> Analysis {
        Analysis::new()
    }
}

impl Analysis {
    /// One that has seen nothing.
    pub fn new() -> Analysis {
        Analysis(checker::open(Bundle { entry: String::new(), modules: BTreeMap::new() }))
    }

    /// Checks these modules of a bundle, and what they require of its own files. What its entry declares says which names
    /// its hooks may ask for.
    pub fn check(
        &mut self,
        bundle: &Bundle,
        names: &[String],
        plan: Option<&Plan>,
    ) -> Vec<Finding> {
        let found = self.look(bundle, |checker| {
            checker::check_all(checker, bundle, names.to_vec(), |_| true, plan)
        });
        found.unwrap_or_else(|| checker::failed(bundle))
    }

    /// Checks these modules of a bundle.
    pub fn check_only(&mut self, bundle: &Bundle, names: &[String]) -> Vec<Finding> {
        let is_wanted = |name: &str| names.iter().any(|it| it == name);
        let found = self.look(bundle, |checker| {
            checker::check_all(checker, bundle, names.to_vec(), is_wanted, None)
        });
        found.unwrap_or_else(|| checker::failed(bundle))
    }

    /// What could be written at a place of a module.
    pub fn offers(&mut self, bundle: &Bundle, module: &str, at: Spot) -> Vec<Offer> {
        let found = self.look_at(bundle, module, |checker, name| {
            Some(offers::find(checker, name, position(at)))
        });
        found.unwrap_or_default()
    }

    /// What stands at a place of a module.
    pub fn describe(&mut self, bundle: &Bundle, module: &str, at: Spot) -> Option<Described> {
        self.look_at(bundle, module, |checker, name| describe(checker, name, module, at))
    }

    /// Looks at a module that has been checked.
    fn look_at<T>(
        &mut self,
        bundle: &Bundle,
        module: &str,
        look: impl FnOnce(&Checker, &BString) -> Option<T>,
    ) -> Option<T> {
        self.look(bundle, |checker| {
            let names = checker::reached(checker, bundle, vec![module.to_owned()]);
            let is_refused =
                |name: &String| !refused::find(checker, &BString::from(name.as_str())).is_empty();
            if names.iter().any(is_refused) {
                return None;
            }
            let name = BString::from(module);
            checker.check(&name, None).ok()?;
            look(checker, &name)
        })
        .flatten()
    }

    /// Lets the checker see the bundle. One that panics has a defect, and is replaced.
    fn look<T>(&mut self, bundle: &Bundle, look: impl FnOnce(&mut Checker) -> T) -> Option<T> {
        let looked = catch_unwind(AssertUnwindSafe(|| {
            self.see(bundle);
            look(&mut self.0)
        }));
        if looked.is_err() {
            *self = Analysis::new();
        }
        looked.ok()
    }

    /// What differs from the last bundle is checked anew, and what requires it. What a `require` leads to may be
    /// another file when files come or go.
    fn see(&mut self, bundle: &Bundle) {
        let seen = std::mem::replace(&mut self.0.file_resolver_mut().0, bundle.clone());
        let comes_or_goes = seen.modules.keys().ne(bundle.modules.keys());
        for name in seen.modules.keys().chain(bundle.modules.keys()) {
            let source = |bundle: &Bundle| bundle.modules.get(name).map(|it| it.source.clone());
            let is_own = !name.starts_with('@');
            if comes_or_goes && is_own || source(&seen) != source(bundle) {
                self.0.mark_dirty(&BString::from(name.as_str()), None);
            }
        }
    }
}

fn describe(checker: &Checker, name: &BString, module: &str, at: Spot) -> Option<Described> {
    let model = checker.semantic_model(name)?;
    let source = |name: &str| checker.file_resolver().source(name);
    let find = |at: Spot| point::find(&model, module, position(at), source);
    // Behind the last letter of a name is at the name, too.
    let before = || Some(Spot { byte: at.byte.checked_sub(1)?, ..at });
    let found = find(at).or_else(|| find(before()?))?;
    let above =
        found.origin.as_ref().and_then(|it| comment::above(source(&it.module)?, it.begin.line));
    let head = || comment::head(source(found.module.as_deref()?)?);
    let documentation = above.or_else(head);
    // A module is where its file begins.
    let whole = |module: &String| Origin {
        module: module.clone(),
        begin: Spot::default(),
        end: Spot::default(),
    };
    let is_here =
        |origin: &Origin| origin.module == module && (origin.begin..=origin.end).contains(&at);
    let elsewhere = found.origin.filter(|origin| found.module.is_none() || !is_here(origin));
    let origin = elsewhere.or_else(|| found.module.as_ref().map(whole));
    let ty = found.ty.map(|ty| words::ty(model.graph(), ty));
    Some(Described { name: found.name, ty, documentation, origin })
}

fn position(at: Spot) -> Position {
    Position { line: at.line, column: at.byte }
}
