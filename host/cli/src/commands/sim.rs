//! `moontide sim`: a pretend AWS on a port of this machine.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use moontide_control::contract::engine;
use moontide_control::error::{CommandError, Result, code};
use moontide_control::world_file;
use moontide_sim::{Commands, Fact, Processes, ScaledClock, Simulator, facts};
use schemars::JsonSchema;
use serde::Serialize;
use tokio::net::TcpListener;

use crate::aws::speed;
use crate::context::Context;
use crate::exit;
use crate::interrupt::Interrupt;
use crate::output::style::{faint, plain, strong};
use crate::output::{Document, Page};

/// Serve a pretend AWS on this machine: DRS, EC2, SSM and STS
///
/// Anything that speaks to AWS can talk to it: `moontide run`, the AWS CLI, boto3. It keeps its state
/// until it is stopped, also when the runner is killed.
#[derive(Args)]
#[command(after_help = "\
Example, in two terminals:
  moontide sim --world runbooks/three_tier/world.toml --speed 60
  moontide run runbooks/three_tier --mode drill --speed 60    with the variables that `sim` prints")]
pub(crate) struct Flags {
    /// Listen here; only this machine can be reached
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9400")]
    listen: SocketAddr,

    /// The pretend estate
    #[arg(long, value_name = "FILE", default_value = "world.toml")]
    world: PathBuf,

    /// Let its time run N times as fast
    #[arg(long, value_name = "N", default_value = "1", value_parser = speed)]
    speed: f64,

    /// Let commands of entries with `run = true` be processes of this machine, with your rights
    #[arg(long)]
    allow_commands: bool,

    /// List what it claims about AWS, and how sure that is; serve nothing
    #[arg(long)]
    facts: bool,
}

/// What the simulator claims about AWS, and how sure that is.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Facts {
    /// What it claims about AWS.
    #[schemars(with = "Vec<engine::Fact>")]
    facts: Vec<Fact>,
}

/// What to put into the environment of a client that shall talk to the simulator.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Serving {
    /// Their values, by name.
    variables: BTreeMap<&'static str, String>,
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    if flags.facts {
        context.output.show(&Facts { facts: facts() })?;
        return Ok(exit::COMPLETED);
    }
    check_loopback(flags.listen.ip())?;
    context.block_on(serve(context, flags))
}

async fn serve(context: &Context, flags: &Flags) -> Result<u8> {
    let commands = if flags.allow_commands { Commands::Allowed } else { Commands::Scripted };
    let world = world_file::read_with(&flags.world, commands)?;
    let region = world.region().to_owned();
    let cannot = |error: std::io::Error| {
        CommandError::new(
            code::SIMULATOR,
            format!("{} cannot be listened on: {error}", flags.listen),
        )
        .hint("`--listen 127.0.0.1:0` takes any free port")
    };
    let listener = TcpListener::bind(flags.listen).await.map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    let serving = Serving::at(address, region);
    let variables =
        serving.variables.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    let processes = Processes::new(variables.collect());
    let clock = Arc::new(ScaledClock::starting_now(flags.speed));
    let simulator = Simulator::running(world, clock, processes.clone());
    context.output.show(&serving)?;
    context.output.say([faint("serving until Ctrl-C")]);
    let mut interrupt = Interrupt::listen();
    let served = simulator.serve(listener, interrupt.wait()).await;
    processes.end();
    served.map_err(cannot)?;
    context.output.say([plain(format!("served {} calls", simulator.calls_made()))]);
    Ok(exit::COMPLETED)
}

/// The simulator checks no signatures and obeys every caller.
fn check_loopback(address: IpAddr) -> Result<()> {
    if address.is_loopback() {
        return Ok(());
    }
    let message =
        format!("the simulator does not listen on {address}: every machine could reach it there");
    Err(CommandError::new(code::NOT_LOOPBACK, message).hint("`--listen 127.0.0.1:9400`"))
}

impl Serving {
    fn at(address: SocketAddr, region: String) -> Serving {
        let variables = [
            ("AWS_ENDPOINT_URL", format!("http://{address}")),
            ("AWS_ACCESS_KEY_ID", "simulated".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "simulated".to_owned()),
            ("AWS_REGION", region),
        ];
        Serving { variables: variables.into() }
    }
}

impl Document for Serving {
    fn write(&self, page: &mut Page) {
        for (name, value) in &self.variables {
            page.line([plain(format!("export {name}={value}"))]);
        }
    }
}

impl Document for Facts {
    fn write(&self, page: &mut Page) {
        for fact in &self.facts {
            let certainty = format!("{:?}", fact.certainty).to_lowercase();
            page.line([strong(fact.id), plain("  "), plain(certainty)]);
            page.indented(|page| {
                page.line([plain(fact.sentence)]);
                page.line([faint(fact.source)]);
            });
        }
    }
}
