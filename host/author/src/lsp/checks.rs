//! What is typed is checked on a thread of its own: the newest text only, and what is overtaken is dropped.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use lsp_types::{Diagnostic, PublishDiagnosticsParams};
use moontide_control::settings::Settings;

use super::bundle::Sources;
use super::diagnostics::Diagnostics;
use super::documents::Documents;
use super::library::Library;
use super::newest::Newest;
use super::owner::Owner;
use super::{Surroundings, uri};
use crate::check::check_again;
use crate::finding::Finding;
use crate::loaded;
use crate::types::Analysis;

/// Edits that follow each other this closely are one.
const QUIET: Duration = Duration::from_millis(25);

/// While edits go on, so many of them are one.
const JOINED: usize = 10;

/// What has changed, and all that is typed.
pub(super) struct Job {
    /// The documents that were opened, edited, saved or closed.
    pub(super) touched: BTreeSet<PathBuf>,
    /// What the editor holds.
    pub(super) documents: Documents,
}

impl Job {
    /// With a newer one.
    pub(super) fn then(self, newer: Job) -> Job {
        let touched = self.touched.into_iter().chain(newer.touched).collect();
        Job { touched, documents: newer.documents }
    }

    /// The runbooks and modules that are open.
    fn open(&self, library: &Library) -> BTreeSet<Owner> {
        let texts = self.documents.texts();
        let own = self.documents.paths().filter(|path| !library.holds(path));
        own.map(|path| Owner::of(path, &texts)).collect()
    }

    /// Those of them that what was touched may change, the ones to which it belongs last.
    fn owners(&self, library: &Library) -> Vec<Owner> {
        let texts = self.documents.texts();
        let own: BTreeSet<Owner> = self.touched.iter().map(|it| Owner::of(it, &texts)).collect();
        let open = self.open(library).into_iter();
        let open = open.filter(|owner| self.touched.iter().any(|path| owner.may_use(path)));
        let (near, far): (Vec<Owner>, Vec<Owner>) = open.partition(|owner| own.contains(owner));
        far.into_iter().chain(near).collect()
    }
}

/// Checks what comes, until nothing more can come.
pub(super) fn run(
    jobs: &Newest,
    publish: impl Fn(PublishDiagnosticsParams),
    surroundings: &Surroundings,
    library: &Library,
) {
    let analysis = Analysis::new();
    let mut checks = Checks { analysis, surroundings, library, shown: BTreeMap::new() };
    let mut waiting: Option<Job> = None;
    while let Some(mut job) = waiting.take().or_else(|| jobs.take()) {
        for _ in 0..JOINED {
            let Some(newer) = jobs.take_within(QUIET) else { break };
            job = job.then(newer);
        }
        checks.clear(&job, &publish);
        let mut owners = job.owners(library);
        while let Some(owner) = owners.pop() {
            let found = checks.check(&owner, &job.documents);
            let Some(newer) = jobs.take_now() else {
                checks.show(owner, found, &job.documents, &publish);
                continue;
            };
            if !newer.owners(library).contains(&owner) {
                checks.show(owner, found, &job.documents, &publish);
            }
            // What is left is looked at with the newer.
            job.touched.retain(|path| owners.iter().any(|owner| owner.may_use(path)));
            waiting = Some(job.then(newer));
            break;
        }
    }
}

type Found = BTreeMap<PathBuf, Vec<Diagnostic>>;

struct Checks<'s> {
    analysis: Analysis,
    surroundings: &'s Surroundings,
    library: &'s Library,
    /// The files that something is shown at.
    shown: BTreeMap<Owner, BTreeSet<PathBuf>>,
}

impl Checks<'_> {
    fn check(&mut self, owner: &Owner, documents: &Documents) -> Found {
        let texts = documents.texts();
        let is_of_it = |path: &PathBuf| Owner::of(path, &texts) == *owner;
        let (sources, findings) = match Sources::read(owner, &texts) {
            Ok(sources) => {
                let open = documents.paths().filter(|path| is_of_it(path));
                let open = open.filter_map(|path| sources.module(path)).collect();
                let findings = self.findings(owner, &sources, open);
                (Some(sources), findings)
            }
            Err(error) => (None, vec![loaded::failed(error)]),
        };
        let diagnostics = Diagnostics {
            owner,
            sources: sources.as_ref(),
            surroundings: self.surroundings,
            library: self.library,
            is_of_it: &is_of_it,
        };
        diagnostics.of(&findings)
    }

    /// What `check` finds; of a module that is no runbook, what is wrong with its types.
    fn findings(&mut self, owner: &Owner, sources: &Sources, open: Vec<String>) -> Vec<Finding> {
        let Sources { files, tests, whole } = sources;
        if let Owner::Module(_) = owner {
            return self.analysis.check(whole, &open, None);
        }
        let settings = Settings::read(&self.surroundings.environment, Some(&files.folder));
        let (mut settings, refused) = match settings {
            Ok(settings) => (settings, None),
            Err(error) => (Settings::default(), Some(loaded::failed(error))),
        };
        settings.typed = self.surroundings.limits.iter().cloned().collect();
        settings.urgent.extend(settings.typed.clone());
        let checked = check_again(&mut self.analysis, files, (whole, tests), open, &settings);
        refused.into_iter().chain(checked.findings).collect()
    }

    /// Shows what was found, and no longer what was found before.
    fn show(
        &mut self,
        owner: Owner,
        mut found: Found,
        documents: &Documents,
        publish: &impl Fn(PublishDiagnosticsParams),
    ) {
        let texts = documents.texts();
        let open = documents.paths().filter(|path| Owner::of(path, &texts) == owner);
        let before = self.shown.remove(&owner).unwrap_or_default();
        // What belongs to another by now, and is open there, is told by that one.
        let is_ours =
            |path: &PathBuf| documents.get(path).is_none() || Owner::of(path, &texts) == owner;
        let before: BTreeSet<PathBuf> = before.into_iter().filter(is_ours).collect();
        for path in before.into_iter().chain(open.cloned()) {
            found.entry(path).or_default();
        }
        let wrong = found.iter().filter(|(_, all)| !all.is_empty());
        self.shown.insert(owner, wrong.map(|(path, _)| path.clone()).collect());
        for (path, diagnostics) in found {
            tell(&path, diagnostics, documents, publish);
        }
    }

    /// Shows nothing of what is the library's own, and nothing any more of runbooks of which nothing is open.
    fn clear(&mut self, job: &Job, publish: &impl Fn(PublishDiagnosticsParams)) {
        for path in job.touched.iter().filter(|path| self.library.holds(path)) {
            tell(path, Vec::new(), &job.documents, publish);
        }
        let open = job.open(self.library);
        let gone: Vec<Owner> =
            self.shown.keys().filter(|owner| !open.contains(owner)).cloned().collect();
        for owner in gone {
            self.show(owner.clone(), Found::new(), &job.documents, publish);
            self.shown.remove(&owner);
        }
    }
}

/// Tells the editor what is wrong with a file, as it has it.
fn tell(
    path: &Path,
    diagnostics: Vec<Diagnostic>,
    documents: &Documents,
    publish: &impl Fn(PublishDiagnosticsParams),
) {
    let document = documents.get(path);
    let named = document.map(|it| it.uri.clone()).or_else(|| uri::of(path));
    let version = document.map(|it| it.version);
    if let Some(uri) = named {
        publish(PublishDiagnosticsParams { uri, diagnostics, version });
    }
}
