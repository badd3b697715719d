//! `moontide store init`: makes the place where executions are kept.

use clap::Args;
use moontide_control::error::Result;
use moontide_control::stores::made::{self, Made, Turned};
use moontide_control::stores::owner;

use crate::context::Context;
use crate::exit;
use crate::output::style::{attention, plain, strong};
use crate::output::{Document, Page};

/// What is made.
#[derive(Args)]
pub(crate) struct Flags {
    /// Encrypt a table that is made now with this key of KMS: an id, an ARN or `alias/NAME`. Without it AWS's
    /// own key does. Those who use the store need kms:Decrypt with it too
    #[arg(long, value_name = "KEY")]
    kms_key: Option<String>,
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let address = context.block_on(owner::address(context.address()?))?;
    let made = made::make(&address, flags.kms_key.as_deref())?;
    if flags.kms_key.is_some() && !made.created {
        let text = "`--kms-key`: the table was there already, and is encrypted as it was made";
        context.output.say([attention("not used: "), plain(text)]);
    }
    context.output.show(&made)?;
    Ok(exit::COMPLETED)
}

fn words(turned: &Turned) -> String {
    match (turned.setting, &turned.reason) {
        ("turned_on", _) => "turned on".to_owned(),
        ("was_on", _) => "was on already".to_owned(),
        (_, reason) => format!("not offered here: {}", reason.as_deref().unwrap_or_default()),
    }
}

impl Document for Made {
    fn write(&self, page: &mut Page) {
        let what = if self.created { " is made" } else { " was there already" };
        page.line([strong(self.store.as_str()), plain(what)]);
        let settings = [
            ("expiry of items", &self.time_to_live),
            ("point-in-time recovery", &self.point_in_time_recovery),
            ("deletion protection", &self.deletion_protection),
        ];
        let rows: Vec<_> = settings
            .into_iter()
            .filter_map(|(name, turned)| Some(vec![plain(name), plain(words(turned.as_ref()?))]))
            .collect();
        page.indented(|page| page.table(&rows));
    }
}
