//! `moontide adopt`: an execution whose store is lost is written anew, from the tags on what it has launched.
//!
//! - [`look`]: asks DRS and EC2, page after page.
//! - [`traces`]: what the answers say of executions.
//! - [`rebuilt`]: the head and the journal that follow from that. Nothing can be launched by them.
//! - [`kept`]: that goes into the store, behind what was adopted before.
//! - [`unknown`]: what DRS shows and a journal does not know.
//! - [`listing`]: what there is to adopt.

#![expect(clippy::doc_markdown, reason = "clap prints these comments as they are")]

mod kept;
mod listing;
mod look;
mod rebuilt;
mod traces;
mod unknown;

use std::sync::Arc;

use clap::Args;
use moontide_control::aws;
use moontide_control::clocks::{RightClock, SystemClock};
use moontide_control::error::{CommandError, Result, code};
use moontide_control::settings::Settings;
use moontide_control::words::quoted;
use moontide_control::{ids, whoami};
use moontide_runtime::clock::Clock;

use self::kept::Keeping;
use self::listing::Listing;
use self::rebuilt::Adopter;
use self::traces::{Launch, Traces};
use crate::aws::AwsFlags;
use crate::context::Context;
use crate::output::style::{plain, strong};
use crate::view::{Record, Summary, Worded};
use crate::{exit, signals};

/// Take up what executions have launched whose store is lost
///
/// The jobs of DRS bear tags that say which wave of which execution launched them. Without EXECUTION this shows what
/// there is in the account and the Regions; with it, the store has that execution again: it is over and launches
/// nothing any more, `cleanup` terminates the instances of a drill, and others are told whose they are. What no tag
/// says, such as what its waves did besides, stays unknown. Only the Regions that are named are looked in: once more
/// with other Regions, or later, it adds what it finds then and loses nothing. It has to be run where the store is really lost: an
/// execution that goes on elsewhere would launch what this one has cleaned up.
#[derive(Args)]
#[command(after_help = "\
Examples:
  moontide adopt --region us-west-2
  moontide adopt three-tier-20261120t080000-7k2m --region us-west-2 --region eu-west-1
  moontide cleanup three-tier-20261120t080000-7k2m")]
pub(crate) struct Flags {
    /// The execution's id, as the tag `moontide:execution` has it; `ID@NONCE` where several go by the id
    execution: Option<String>,

    /// Look in this Region; may be given several times, that of the execution's runbook first [default: the
    /// session's]
    #[arg(long = "region", value_name = "REGION", help_heading = "AWS")]
    regions: Vec<String>,

    /// Use this profile of the AWS configuration files, instead of AWS_PROFILE
    #[arg(long, value_name = "NAME", help_heading = "AWS")]
    profile: Option<String>,

    /// Send all calls to this address, such as that of `moontide sim`
    #[arg(long, value_name = "URL", help_heading = "AWS")]
    endpoint_url: Option<String>,

    /// So many times as fast as life is `moontide sim --speed N` on this machine
    #[arg(long, value_name = "N", value_parser = crate::aws::speed, help_heading = "AWS")]
    speed: Option<f64>,

    /// Say why: it is kept with the execution, and stands in every view
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: String,

    /// In whose name [default: as `moontide answer`]. A claim: it is journaled beside who really adopts
    #[arg(long, value_name = "NAME", value_parser = signals::name)]
    by: Option<String>,
}

impl Flags {
    /// Where AWS is. The execution itself says in which Regions.
    fn aws(&self) -> AwsFlags {
        AwsFlags {
            profile: self.profile.clone(),
            region: None,
            endpoint_url: self.endpoint_url.clone(),
            speed: self.speed,
        }
    }
}

/// Does it.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    flags.aws().are_given(context);
    let settings = context.settings(None)?;
    context.block_on(adopt(context, flags, &settings))
}

async fn adopt(context: &Context, flags: &Flags, settings: &Settings) -> Result<u8> {
    let wanted = flags.execution.as_deref().map(Name::read).transpose()?;
    let first = flags.regions.first().cloned();
    let session = AwsFlags { region: first, ..flags.aws() };
    let session = session.target().session(&context.environment).await?;
    let mut regions = flags.regions.clone();
    if regions.is_empty() {
        regions.push(session.region()?.to_owned());
    }
    let clock: Arc<dyn Clock> = Arc::new(RightClock::new());
    let world = aws::world(session, &regions[0], &clock, 0);
    let caller = aws::caller(world.as_ref()).await?;
    let mut traces = Traces::default();
    for region in &regions {
        traces.add(region, &look::into(context, world.as_ref(), region).await?);
    }
    let Some(wanted) = wanted else {
        let listing = Listing::of(context, &traces, regions, caller.account).await?;
        context.output.show(&listing)?;
        return Ok(exit::COMPLETED);
    };
    let launches = wanted.among(context, &traces, &regions)?;
    let person = context.author(flags.by.as_deref()).await?;
    let adopter = Adopter {
        created_by: caller.arn.unwrap_or_else(|| whoami::user(&context.environment)),
        account: caller.account,
        person,
        at: SystemClock::new().now(),
        reason: flags.reason.trim().to_owned(),
        simulator: flags.aws().target().simulator(&context.environment),
        regions,
        settings,
    };
    let address = context.address()?;
    let store = address.open()?;
    address.warn_if_loose(context);
    let (adopter, launches, traces) = (&adopter, &launches, &traces);
    let keeping = Keeping { context, flags, store: &store, adopter, launches, traces };
    let said = keeping.keep().await?;
    let record = Record::load(store.as_ref(), &wanted.id).await?;
    context.output.say([strong(wanted.id.as_str()), plain(format!(" {said}"))]);
    context.output.show(&Worded(context, &Summary::of(&record, &context.limits)))?;
    Ok(exit::COMPLETED)
}

/// Which execution is wanted.
struct Name {
    id: String,
    /// What tells it from others of the same id.
    nonce: Option<String>,
}

impl Name {
    fn read(text: &str) -> Result<Name> {
        let (id, nonce) = match text.split_once('@') {
            Some((id, nonce)) => (id, Some(nonce.to_owned())),
            None => (text, None),
        };
        ids::check(id)?;
        Ok(Name { id: id.to_owned(), nonce })
    }

    /// The launches of just this one.
    fn among<'t>(
        &self,
        context: &Context,
        traces: &'t Traces,
        regions: &[String],
    ) -> Result<Vec<&'t Launch>> {
        let executions = traces.executions();
        let is_it = |nonce: &str| self.nonce.as_ref().is_none_or(|wanted| wanted == nonce);
        let mut found = executions.iter().filter(|(it, _)| it.id == self.id && is_it(&it.nonce));
        let Some((_, launches)) = found.next() else {
            let place = regions.join(", ");
            let message =
                format!("no launch in {place} bears the tag of an execution `{}`", self.id);
            let list = context.command("adopt");
            return Err(CommandError::new(code::NO_EXECUTION, message)
                .hint(format!("`{list}` shows those that there are"))
                .hint(
                    "`--region` names the Region that it launched in; may be given several times",
                ));
        };
        if found.next().is_some() {
            let message = format!("several executions go by the id `{}`", self.id);
            let names = executions.keys().filter(|it| it.id == self.id);
            let error = CommandError::new(code::BAD_ARGUMENT, message);
            return Err(names.fold(error, |error, it| {
                let command = format!("adopt {}", quoted(&format!("{}@{}", it.id, it.nonce)));
                error.hint(context.command(&command))
            }));
        }
        Ok(launches.clone())
    }
}
