//! `moontide adopt`: an execution whose store is lost is written anew, from the tags on what it has launched.
//!
//! - `listing`: what there is to adopt.

#![expect(clippy::doc_markdown, reason = "clap prints these comments as they are")]

mod listing;

use clap::Args;
use moontide_control::adopt::kept::Keeping;
use moontide_control::adopt::listing::Listing;
use moontide_control::adopt::name::Name;
use moontide_control::adopt::rebuilt::Adopter;
use moontide_control::adopt::search::Search;
use moontide_control::clocks::SystemClock;
use moontide_control::error::Result;
use moontide_control::settings::Settings;
use moontide_control::whoami;
use moontide_runtime::clock::Clock;

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

    /// Look in this Region; may be given several times, that of the execution's runbook first [default:
    /// AWS_REGION, or the profile's]
    #[arg(long = "region", value_name = "REGION", help_heading = "AWS")]
    regions: Vec<String>,

    /// Use this profile of the AWS configuration files, instead of AWS_PROFILE
    #[arg(long, value_name = "NAME", help_heading = "AWS")]
    profile: Option<String>,

    /// Send all calls to this address, such as that of `moontide sim`, instead of AWS_ENDPOINT_URL
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

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    flags.aws().are_given(context);
    let settings = context.settings(None)?;
    context.block_on(adopt(context, flags, &settings))
}

async fn adopt(context: &Context, flags: &Flags, settings: &Settings) -> Result<u8> {
    let wanted = flags.execution.as_deref().map(Name::read).transpose()?;
    let target = flags.aws().target();
    let search = Search::in_regions(context, &context.environment, &target, flags.regions.clone());
    let Search { regions, traces, caller } = search.await?;
    let Some(wanted) = wanted else {
        let store = context.address()?.open_existing().ok();
        let listing = Listing::of(store.as_deref(), &traces, regions, caller.account).await;
        context.output.show(&Worded(context, &listing))?;
        return Ok(exit::COMPLETED);
    };
    let launches = wanted.among(&traces, &regions)?;
    let person = context.author(flags.by.as_deref()).await?;
    let adopter = Adopter {
        created_by: caller.arn.unwrap_or_else(|| whoami::user(&context.environment)),
        account: caller.account,
        person,
        at: SystemClock::new().now(),
        reason: flags.reason.trim().to_owned(),
        simulator: target.simulator(&context.environment),
        regions,
        settings,
    };
    let address = context.address()?;
    let store = address.open()?;
    address.warn_if_loose(context);
    let keeping = Keeping {
        environment: &context.environment,
        listener: context,
        target: &target,
        store: &store,
        place: &address.text(),
        adopter: &adopter,
        launches: &launches,
        traces: &traces,
    };
    let said = keeping.keep().await?;
    let record = Record::load(store.as_ref(), &wanted.id).await?;
    context.output.say([strong(wanted.id.as_str()), plain(format!(" {said}"))]);
    context.output.show(&Worded(context, &Summary::of(&record, &context.limits)))?;
    Ok(exit::COMPLETED)
}
