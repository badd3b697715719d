//! `moontide new`: a folder with a runbook that checks and rehearses.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use moontide_author::fresh::{self, Fresh};
use moontide_author::typings::{self, Place};
use moontide_control::error::{CommandError, Result, code};
use moontide_control::estate::Estate;
use moontide_control::settings::home;

use crate::aws::AwsFlags;
use crate::context::Context;
use crate::exit;
use crate::output::style::{attention, plain};
use crate::view::fresh::FreshView;

/// Make a folder with a runbook and its test: it checks, rehearses and passes at once
///
/// With `--from estate` DRS is asked for the source servers of the account: the world has their names, so that
/// rehearsals speak of them, and the runbook a wave for each value of a tag. Nothing is changed in AWS.
#[derive(Args)]
#[command(after_help = "\
Examples:
  moontide new shop
  moontide new shop --from estate --region us-west-2 --tag App=shop --by Tier")]
pub(crate) struct Flags {
    /// The folder to make; its name becomes the runbook's
    name: PathBuf,

    /// Where its servers come from
    #[arg(long, value_enum, value_name = "SOURCE", default_value_t)]
    from: Source,

    /// With --from estate: only the servers with this tag; may be given several times
    #[arg(long = "tag", value_name = "KEY=VALUE", value_parser = tag)]
    tags: Vec<(String, String)>,

    /// With --from estate: a wave for each value of this tag
    #[arg(long, value_name = "TAG")]
    by: Option<String>,

    #[command(flatten)]
    aws: AwsFlags,
}

/// Where the servers come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Source {
    /// Two tiers of a made-up shop.
    #[default]
    Template,
    /// The source servers of the account.
    Estate,
}

fn tag(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("a tag is KEY=VALUE, such as App=shop".to_owned()),
    }
}

/// Makes it.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let name = fresh::check_name(&flags.name)?;
    of_an_estate_only(flags)?;
    let fresh = match flags.from {
        Source::Template => fresh::template(&name),
        Source::Estate => of_estate(context, flags, &name)?,
    };
    fresh::write(&flags.name, &fresh)?;
    // An editor is a comfort: a user without a home has none.
    if let Ok(data) = home::data(&context.environment) {
        let place = Place::User { data, home: home::of_user() };
        if let Err(error) = typings::write(&flags.name, &place) {
            let text = format!("an editor will not know its types: {}", error.message);
            context.output.say([attention("warning: "), plain(text)]);
            context.output.say([plain("`moontide types --here` writes them beside the runbook")]);
        }
    }
    context.output.show(&FreshView { folder: flags.name.display().to_string() })?;
    Ok(exit::COMPLETED)
}

/// Refuses flags that would choose among the servers of an account where none is asked.
fn of_an_estate_only(flags: &Flags) -> Result<()> {
    let given = [
        ("--tag", !flags.tags.is_empty()),
        ("--by", flags.by.is_some()),
        ("--region", flags.aws.region.is_some()),
        ("--profile", flags.aws.profile.is_some()),
        ("--endpoint-url", flags.aws.endpoint_url.is_some()),
        ("--speed", flags.aws.speed.is_some()),
    ];
    match given.iter().find(|(_, is_given)| *is_given) {
        Some((flag, _)) if flags.from == Source::Template => {
            let message =
                format!("`{flag}` is for `--from estate`, and the template has no use for it");
            Err(CommandError::new(code::BAD_ARGUMENT, message)
                .hint("say `--from estate` too, or leave it out; nothing was written"))
        }
        _ => Ok(()),
    }
}

fn of_estate(context: &Context, flags: &Flags, name: &str) -> Result<Fresh> {
    let tags: BTreeMap<String, String> = flags.tags.iter().cloned().collect();
    let target = flags.aws.target();
    let estate = context.block_on(Estate::look(&context.environment, &target, &tags))?;
    fresh::of_estate(name, &estate, &tags, flags.by.as_deref())
}
