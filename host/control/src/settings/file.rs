//! `moontide.toml`: strict, small, and only what works.
//!
//! The user's file is `moontide.toml` in `$MOONTIDE_HOME` or the configuration directory. One beside the runbook may
//! tighten what that says, and loosens none of it. A variable wins over both, and a flag over that.
//!
//! ```toml
//! store = "sqlite:/srv/moontide/moontide.db"   # where executions are kept; in the user's file only
//! lease_ttl = "20s"             # without a sign of life, another runner takes over after this; in the user's
//!                               # file only, and the same on all machines that share the store
//!
//! [patience]                    # in the user's file only: how long a runner waits for the end of its own troubles
//! aws = "30m"                   # credentials that have expired, a network that is gone, a service that throttles
//! store = "30m"                 # a table that throttles, a disk that is full
//!
//! [prices]                      # in the user's file only: what the cost in reports is made of
//! currency = "USD"
//! instance_hour = 0.096         # a recovery instance for an hour
//! types = { "m5.large" = 0.096 }   # the same of a type that the journal names
//!
//! [policy]                      # what the operator forbids
//! deny = ["ssm.*", "ec2.terminate_instances"]   # operations refused at the door, whatever a runbook says
//!
//! [approvers]                   # whom runbooks mean by a name of letters, digits and `_.-@/:+=\`
//! dba = ["ann", "arn:aws:sts::111122223333:assumed-role/DBA/*"]
//!
//! [limits]                      # what one wave's program may use, and all waves of an execution together
//! vm_memory = "64MiB"           # memory of one wave's program
//! cpu_slice = "1s"              # processor time between two effects
//! effects_per_lane = 10000      # effects of one attempt of a wave
//! entry_size = "256KiB"         # what one effect may be given; its outcome may be 16 times as large
//! log_lines = 10000             # lines that one attempt of a wave logs
//! log_size = "1MiB"             # all that they say together
//! waves_at_once = 32            # of one execution, fixed when it starts; the others wait
//! execution_memory = "512MiB"   # of all its waves together
//! journal_entries = 100000      # of an execution: beyond it no further effect begins
//! journal_size = "64MiB"        # the same of its size
//!
//! [http]                        # in the user's file only: what of the web may be reached beside AWS
//! allow = ["http://127.0.0.1:8080/*"]   # places by scheme, host, port and how the path begins; only those that are
//!                               # named here are told over plain `http`, or have a private address for a name
//! private = ["10.1.0.0/16"]     # private networks to which a name may lead; all others are refused
//!
//! [[notify]]                    # in the user's file only: a receiver of notifications, see the guide `notifications`
//! name = "team"                 # its name
//! kind = "slack"                # sns, eventbridge, slack, teams, pagerduty, servicenow, webhook or s3
//! to = "env:SLACK_URL"          # where it is: an address, a topic's ARN, a bus; `env:NAME` or `file:PATH` where that is
//!                               # a secret
//! secret = "file:/etc/moontide/key"   # where its key, password or token is; never the secret itself
//! user = "moontide"             # in whose name ServiceNow is told
//! table = "incident"            # in which table of ServiceNow; or `change_request`
//! events = ["waits", "failed"]  # of what it is told: started, waits, answered, wave_failed, unknown, completed, failed,
//!                               # cancelled, leftovers, missed, held; as is usual for its kind, if left out
//! modes = ["recovery"]          # of which executions; of both, if left out
//! text = "{{ sentence }}"       # a template for its text, over the fields of the event
//! ```

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use moontide_aws::web::Reach;
use moontide_runtime::plan::{approver, suggest};
use serde::Deserialize;

use super::http::Http;
use super::{FILE, PatienceSettings, Prices, Settings, limits, operations};
use crate::error::{CommandError, Place as Position, Result, code};
use crate::files::{self, Unread};
use crate::notify::Receiver;
use crate::notify::receiver::Written;
use crate::renewal;

/// Whose file it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In the user's configuration directory.
    User,
    /// In a runbook's folder.
    Runbook,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    store: Option<toml::Spanned<String>>,
    lease_ttl: Option<toml::Spanned<Ttl>>,
    patience: Option<toml::Spanned<PatienceSettings>>,
    prices: Option<toml::Spanned<Prices>>,
    #[serde(default)]
    policy: Policy,
    #[serde(default)]
    limits: BTreeMap<String, toml::Spanned<toml::Value>>,
    #[serde(default)]
    approvers: BTreeMap<Name, Members>,
    http: Option<toml::Spanned<Http>>,
    #[serde(default)]
    notify: Vec<toml::Spanned<Written>>,
    /// What the two say, once they are read.
    #[serde(skip)]
    reach: Reach,
    #[serde(skip)]
    receivers: Vec<Receiver>,
}

/// How long a lease holds without a sign of life.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Ttl(Duration);

impl TryFrom<String> for Ttl {
    type Error = String;

    fn try_from(text: String) -> Result<Ttl, String> {
        renewal::parse_ttl(&text).map(Ttl).ok_or_else(|| format!("a ttl is {}", renewal::TTL_IS))
    }
}

/// A person, or a group of people.
#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(try_from = "String")]
struct Name(String);

impl TryFrom<String> for Name {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Name, &'static str> {
        approver::check(&name).map(|()| Name(name))
    }
}

/// The people of a group.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Vec<Name>")]
struct Members(Vec<String>);

impl TryFrom<Vec<Name>> for Members {
    type Error = &'static str;

    fn try_from(names: Vec<Name>) -> Result<Members, &'static str> {
        if names.is_empty() {
            return Err("a group of approvers without members could approve nothing");
        }
        Ok(Members(names.into_iter().map(|Name(name)| name).collect()))
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Policy {
    #[serde(default)]
    deny: Vec<toml::Spanned<String>>,
}

impl File {
    /// Puts what the file says into the settings. What the operator's own file says of limits is a ceiling for
    /// a runbook's folder, which may come from strangers.
    pub(super) fn apply(self, settings: &mut Settings, place: Place) {
        settings.store = self.store.map(toml::Spanned::into_inner).or(settings.store.take());
        settings.lease_ttl = self.lease_ttl.map(|ttl| ttl.into_inner().0).or(settings.lease_ttl);
        settings.patience = self.patience.map_or(settings.patience, toml::Spanned::into_inner);
        settings.prices = self.prices.map(toml::Spanned::into_inner).or(settings.prices.take());
        if place == Place::User {
            (settings.reach, settings.receivers) = (self.reach, self.receivers);
        }
        settings.denied.extend(self.policy.deny.into_iter().map(toml::Spanned::into_inner));
        // The operator names the approvers, not the author who brings a runbook along.
        for (Name(group), Members(members)) in self.approvers {
            match settings.approvers.get(&group) {
                Some(own) if *own != members => settings.overruled.push(format!(
                    "group `{group}` of {}: yours is {}",
                    members.join(", "),
                    own.join(", ")
                )),
                Some(_) => {}
                None => {
                    if place == Place::Runbook {
                        settings.folders_groups.insert(group.clone());
                    }
                    settings.approvers.insert(group, members);
                }
            }
        }
        for (key, value) in self.limits {
            let value = written(value.as_ref());
            let ceiling = settings.limits.get(&key).filter(|_| place == Place::Runbook);
            match ceiling.filter(|own| limits::is_looser(&key, &value, own)) {
                Some(own) => settings.overruled.push(format!("`{key} = {value}`: yours is {own}")),
                None => drop(settings.limits.insert(key, value)),
            }
        }
    }
}

/// This file, whose head shows all that a file of settings may say: the reference is made of it.
pub const REFERENCE: &str = include_str!("file.rs");

/// No file of settings is longer.
const LONGEST: u64 = 256 * 1024;
/// What a file of settings has in it.
pub const KEYS: [&str; 9] =
    ["store", "lease_ttl", "patience", "prices", "policy", "limits", "approvers", "http", "notify"];

/// Reads the file in a folder; `None` if there is none.
pub(super) fn read(folder: &Path, place: Place) -> Result<Option<File>> {
    let path = folder.join(FILE);
    let name = path.display().to_string();
    let text = match place {
        Place::User => files::read(&path, LONGEST),
        Place::Runbook => files::read_within(folder, FILE, LONGEST),
    };
    match text {
        Ok(text) => parse(&text, &name, place).map(Some),
        Err(Unread::Missing) => Ok(None),
        Err(why) => Err(CommandError::new(code::SETTINGS, format!("{name} cannot be read: {why}"))),
    }
}

/// Reads its text.
pub(super) fn parse(text: &str, name: &str, place: Place) -> Result<File> {
    let complain = |message: String, offset: usize| {
        let before = &text[..offset.min(text.len())];
        let line = before.matches('\n').count() + 1;
        // Of a file that is none of settings nothing is shown: it may hold anything.
        let shown = if files::is_of_kind(text, &KEYS) { text } else { "" };
        CommandError::new(code::SETTINGS, message).at(Position::in_source(name, line, shown))
    };
    let mut file: File = toml::from_str(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        complain(sentence(error.message()), offset)
    })?;
    for (key, value) in &file.limits {
        limits::check(key, &written(value.as_ref()))
            .map_err(|message| complain(message, value.span().start))?;
    }
    for pattern in &file.policy.deny {
        operations::check(pattern.as_ref())
            .map_err(|message| complain(message, pattern.span().start))?;
    }
    if place == Place::User {
        if let Some(http) = file.http.take() {
            let at = http.span().start;
            file.reach = http.into_inner().read().map_err(|message| complain(message, at))?;
        }
        for written in std::mem::take(&mut file.notify) {
            let at = written.span().start;
            let receiver = written.into_inner().read(&file.reach);
            let receiver = receiver.map_err(|message| complain(message, at))?;
            let name = &receiver.name;
            if file.receivers.iter().any(|other| other.name == *name) {
                return Err(complain(format!("there are two receivers `{name}`"), at));
            }
            file.receivers.push(receiver);
        }
        return Ok(file);
    }
    let of_notify = file.notify.first().map(|it| it.span().start);
    if let Some(at) = of_notify.or(file.http.as_ref().map(|it| it.span().start)) {
        let message = "a runbook's folder cannot say who is told, and what of the web is reached: it may come from \
                       strangers";
        return Err(complain(message.to_owned(), at)
            .hint("put `[[notify]]` and `[http]` into the user's moontide.toml"));
    }
    if let Some(store) = &file.store {
        let message = "a runbook's folder cannot say where executions are kept: `moontide status` would \
                       not know of it";
        return Err(complain(message.to_owned(), store.span().start)
            .hint("put `store` into the user's moontide.toml, or set MOONTIDE_STORE"));
    }
    if let Some(patience) = &file.patience {
        let message = "a runbook's folder cannot say how long a runner waits: `moontide resume` would not know \
                       of it";
        return Err(complain(message.to_owned(), patience.span().start)
            .hint("put `[patience]` into the user's moontide.toml, or set MOONTIDE_PATIENCE"));
    }
    if let Some(prices) = &file.prices {
        let message = "a runbook's folder cannot say what an operator pays: `moontide report` would not know of it";
        return Err(complain(message.to_owned(), prices.span().start)
            .hint("put `[prices]` into the user's moontide.toml"));
    }
    if let Some(ttl) = &file.lease_ttl {
        let message = "a runbook's folder cannot say how long leases hold: `moontide resume` would not \
                       know of it";
        return Err(complain(message.to_owned(), ttl.span().start)
            .hint("put `lease_ttl` into the user's moontide.toml, or set MOONTIDE_LEASE_TTL"));
    }
    Ok(file)
}

/// A value as the environment and the command line would write it.
fn written(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// serde's complaint, with a suggestion instead of its list of all fields where one is close.
pub(crate) fn sentence(complaint: &str) -> String {
    let complaint = complaint.lines().next().unwrap_or_default();
    let mut names = complaint.split('`').skip(1).step_by(2);
    let nearest = match names.next() {
        Some(unknown)
            if complaint.starts_with("unknown field")
                || complaint.starts_with("unknown variant") =>
        {
            suggest::nearest(unknown, names)
        }
        _ => None,
    };
    match (nearest, complaint.split_once(", ")) {
        (Some(nearest), Some((head, _))) => format!("{head}, did you mean `{nearest}`?"),
        _ => complaint.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, Strategy};

    use super::*;

    fn refusal(text: &str, place: Place) -> String {
        let error = parse(text, "moontide.toml", place).expect_err("must be refused");
        format!("{}: {}", error.places[0].position(), error.message)
    }

    #[test]
    fn what_the_file_says_is_what_holds() {
        let text = "[policy]\ndeny = [\"ssm.*\"]\n[limits]\nvm_memory = \"32MiB\"\nlog_lines = 7\n";
        let mut settings = Settings::default();
        parse(text, "moontide.toml", Place::Runbook).unwrap().apply(&mut settings, Place::Runbook);
        assert_eq!(settings.denied, ["ssm.*"]);
        assert_eq!(settings.limits["vm_memory"], "32MiB");
        assert_eq!(settings.limits["log_lines"], "7");
    }

    #[test]
    fn a_misspelled_key_is_answered_with_the_right_one() {
        insta::assert_snapshot!(
            refusal("[policy]\ndenny = []\n", Place::User),
            @"moontide.toml:2:1: unknown field `denny`, did you mean `deny`?"
        );
        insta::assert_snapshot!(
            refusal("[limits]\ncpu_slice = \"soon\"\n", Place::User),
            @r#"moontide.toml:2:1: `cpu_slice` is written like "1s" or "500ms""#
        );
    }

    #[test]
    fn a_limit_of_nothing_is_not_taken_for_no_limit() {
        insta::assert_snapshot!(
            refusal("[limits]\nvm_memory = \"0MiB\"\n", Place::User),
            @"moontide.toml:2:1: `vm_memory` lies between 4MiB and 4096MiB"
        );
        insta::assert_snapshot!(
            refusal("[limits]\nvm_memory = 64\n", Place::User),
            @r#"moontide.toml:2:1: `vm_memory` is written like "64MiB" or "256KiB""#
        );
        insta::assert_snapshot!(
            refusal("[limits]\neffects = 64\n", Place::User),
            @"moontide.toml:2:1: there is no limit `effects`; there are vm_memory, cpu_slice, effects_per_lane, entry_size, log_lines, log_size, waves_at_once, execution_memory, journal_entries, journal_size"
        );
    }

    #[test]
    fn a_denied_operation_that_does_not_exist_would_deny_nothing() {
        insta::assert_snapshot!(
            refusal("[policy]\ndeny = [\"ssm.*\", \"state.*\", \"state.put\", \"ec2.terminate_instance\"]\n", Place::User),
            @"moontide.toml:2:1: there is no operation `ec2.terminate_instance`, did you mean `ec2.terminate_instances`?"
        );
        insta::assert_snapshot!(
            refusal("[policy]\ndeny = [\"smm.*\"]\n", Place::User),
            @"moontide.toml:2:1: there is no service `smm`, did you mean `ssm`?"
        );
    }

    #[test]
    fn whom_a_runbook_may_ask_is_read_strictly_and_the_users_file_wins() {
        let mut settings = Settings::default();
        let user = "[approvers]\ndba = [\"ann\", \"arn:aws:sts::1:assumed-role/DBA/*\"]\n";
        parse(user, "moontide.toml", Place::User).unwrap().apply(&mut settings, Place::User);
        let runbook = "[approvers]\ndba = [\"mallory\"]\nweb = [\"bob\"]\n";
        let runbook = parse(runbook, "moontide.toml", Place::Runbook).unwrap();
        runbook.apply(&mut settings, Place::Runbook);
        assert_eq!(settings.approvers["dba"], ["ann", "arn:aws:sts::1:assumed-role/DBA/*"]);
        assert_eq!(settings.approvers["web"], ["bob"]);
        assert_eq!(settings.folders_groups, ["web".to_owned()].into());
        assert_eq!(
            settings.overruled,
            ["group `dba` of mallory: yours is ann, arn:aws:sts::1:assumed-role/DBA/*"]
        );
        insta::assert_snapshot!(
            refusal("[approvers]\ndba = []\n", Place::User),
            @"moontide.toml:2:1: a group of approvers without members could approve nothing"
        );
        insta::assert_snapshot!(
            refusal("[approvers]\ndba = [\"ann\", \"\"]\n", Place::User),
            @r"moontide.toml:2:1: a name is made of letters, digits and `_.-@/:+=\`"
        );
        // A group is printed where it is meant, and its members are.
        insta::assert_snapshot!(
            refusal("[approvers]\n\"dba; answered: ann\" = [\"ann\"]\n", Place::Runbook),
            @r"moontide.toml:2:1: a name is made of letters, digits and `_.-@/:+=\`"
        );
        insta::assert_snapshot!(
            refusal("[approvers]\ndba = [\"*ann\"]\n", Place::User),
            @"moontide.toml:2:1: `*` stands for the rest of a name, so it stands at its end"
        );
        insta::assert_snapshot!(
            refusal("[approvers]\ndba = \"ann\"\n", Place::User),
            @"moontide.toml:2:1: invalid type: string \"ann\", expected a sequence"
        );
    }

    #[test]
    fn a_runbooks_folder_tightens_the_operators_limits_and_loosens_none() {
        let mut settings = Settings::default();
        let user =
            "[limits]\nvm_memory = \"16MiB\"\ncpu_slice = \"1s\"\n[policy]\ndeny = [\"ssm.*\"]\n";
        parse(user, "moontide.toml", Place::User).unwrap().apply(&mut settings, Place::User);
        let folder = "[limits]\nvm_memory = \"4GiB\"\ncpu_slice = \"999ms\"\nlog_lines = 20000\n";
        let folder = parse(folder, "moontide.toml", Place::Runbook).unwrap();
        folder.apply(&mut settings, Place::Runbook);
        assert_eq!(settings.limits["vm_memory"], "16MiB");
        assert_eq!(settings.limits["cpu_slice"], "999ms");
        assert_eq!(settings.limits["log_lines"], "20000", "the operator has said nothing of it");
        assert_eq!(settings.denied, ["ssm.*"]);
        assert_eq!(settings.overruled, ["`vm_memory = 4GiB`: yours is 16MiB"]);
    }

    #[test]
    fn a_runbook_cannot_hide_its_executions() {
        assert!(refusal("store = \"sqlite:x\"\n", Place::Runbook).contains("moontide status"));
        assert!(parse("store = \"sqlite:x\"\n", "moontide.toml", Place::User).is_ok());
    }

    #[test]
    fn how_long_leases_hold_is_said_in_the_users_file_only_and_within_bounds() {
        let mut settings = Settings::default();
        let ttl = "lease_ttl = \"90s\"\n";
        parse(ttl, "moontide.toml", Place::User).unwrap().apply(&mut settings, Place::User);
        assert_eq!(settings.lease_ttl, Some(Duration::from_secs(90)));
        insta::assert_snapshot!(
            refusal(ttl, Place::Runbook),
            @"moontide.toml:1:1: a runbook's folder cannot say how long leases hold: `moontide resume` would not know of it"
        );
        insta::assert_snapshot!(
            refusal("lease_ttl = \"999ms\"\n", Place::User),
            @r#"moontide.toml:1:1: a ttl is a duration from "1s" to "1h", such as "20s""#
        );
        for wrong in ["61m", "0s", "soon", "-5s", "20", ""] {
            let said = refusal(&format!("lease_ttl = \"{wrong}\"\n"), Place::User);
            assert!(said.contains("a ttl is a duration from"), "{wrong}: {said}");
        }
    }

    #[test]
    fn a_receiver_is_read_strictly_and_from_the_users_file_only() {
        let mut settings = Settings::default();
        let user = "[[notify]]\nname = \"team\"\nkind = \"slack\"\nto = \"env:SLACK_URL\"\n\
                    [http]\nprivate = [\"10.0.0.0/8\"]\n";
        parse(user, "moontide.toml", Place::User).unwrap().apply(&mut settings, Place::User);
        assert_eq!(settings.receivers[0].name, "team");
        assert!(settings.reach.connects("x.test", "10.1.1.1".parse().unwrap()));
        insta::assert_snapshot!(
            refusal(user, Place::Runbook),
            @"moontide.toml:1:1: a runbook's folder cannot say who is told, and what of the web is reached: it may come from strangers"
        );
        insta::assert_snapshot!(
            refusal("[[notify]]\nname = \"a\"\nkind = \"slak\"\nto = \"env:X\"\n", Place::User),
            @"moontide.toml:3:1: unknown variant `slak`, did you mean `slack`?"
        );
        insta::assert_snapshot!(
            refusal("[[notify]]\nname = \"a\"\nkind = \"slack\"\nurl = \"env:X\"\n", Place::User),
            @"moontide.toml:4:1: unknown field `url`, expected one of `name`, `kind`, `to`, `secret`, `user`, `table`, `retain`, `lock`, `region`, `events`, `modes`, `text`"
        );
        insta::assert_snapshot!(
            refusal(&format!("{user}[[notify]]\nname = \"team\"\nkind = \"eventbridge\"\n"), Place::User),
            @"moontide.toml:7:1: there are two receivers `team`"
        );
        insta::assert_snapshot!(
            refusal("[http]\nallow = [\"https://*/x\"]\n", Place::User),
            @"moontide.toml:1:1: `https://*/x`: `*` stands for the rest of a path, so it stands at its end"
        );
        insta::assert_snapshot!(
            refusal("[http]\nprivate = [\"10.0.0.0/33\"]\n", Place::User),
            @"moontide.toml:1:1: `10.0.0.0/33`: a network is written like `10.0.0.0/8`, `fd00::/8` or `127.0.0.1`"
        );
    }

    /// A file with everything in it.
    const WHOLE: &str = "store = \"sqlite:ä.db\"\nlease_ttl = \"20s\"\n[patience]\naws = \"30m\"\n[policy]\n\
        deny = [\"ssm.*\"]\n[approvers]\ndba = [\"ann\", \"böb\"]\n[limits]\nvm_memory = \"64MiB\"\nlog_lines = 7\n\
        [http]\nallow = [\"http://127.0.0.1:9/*\"]\n[[notify]]\nname = \"team\"\nkind = \"slack\"\nto = \"env:X\"\n";

    /// As many as `PROPTEST_CASES` says, which a long search sets.
    #[expect(clippy::disallowed_methods, reason = "it is a setting of the test's own library")]
    fn cases() -> ProptestConfig {
        let asked = std::env::var_os("PROPTEST_CASES").map(|_| ProptestConfig::default());
        asked.unwrap_or_else(|| ProptestConfig::with_cases(2_000))
    }

    /// An edit: from where, how much is cut, what is typed instead. Some of what is typed is of the language.
    fn edit() -> impl Strategy<Value = (usize, usize, String)> {
        let word = "[\\[\\]{}\"'=.#,\n ]{1,4}|(store|lease_ttl|patience|policy|deny|approvers|limits) ?|\
                    \"\"\"|'''|0x[0-9]{0,3}|-?[0-9]{1,20}|1e[0-9]{1,4}|inf|nan|true|1979-05-27|.{0,12}";
        (0..WHOLE.len(), 0..40_usize, word)
    }

    proptest::proptest! {
        #![proptest_config(cases())]
        #[test]
        fn whatever_is_typed_into_it_is_taken_or_refused_at_a_place(
            edits in proptest::collection::vec(edit(), 1..5),
            is_users in proptest::bool::ANY,
        ) {
            let place = if is_users { Place::User } else { Place::Runbook };
            let mut text = WHOLE.to_owned();
            for (at, cut, typed) in edits {
                let start = text.floor_char_boundary(at);
                let end = text.floor_char_boundary((at + cut).max(start));
                text.replace_range(start..end, &typed);
            }
            match parse(&text, "moontide.toml", place) {
                Ok(file) => file.apply(&mut Settings::default(), place),
                Err(error) => {
                    proptest::prop_assert!(error.code == code::SETTINGS && !error.places.is_empty());
                    proptest::prop_assert!(error.places[0].position().starts_with("moontide.toml:"));
                }
            }
        }
    }
}
