//! A timer of systemd and its service; and the service that stays.

use std::path::Path;

use super::numbers::Style;
use super::{Call, cannot};
use crate::error::Result;
use crate::schedule::declared::Schedule;
use crate::schedule::when::{Cron, Days, Kind, Numbers, OfMonth, OfWeek};

const FORMAT: &str = "a systemd timer";
const STYLE: Style = Style { range: "..", digits: 2 };
const YEARS: Style = Style { range: "..", digits: 4 };
const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/// What keeps a service away from everything that it does not need.
const HARDENED: &str = "\
UMask=0077
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
ProtectProc=invisible
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
";

/// A unit: its file's name, and what is in it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Unit {
    /// The name of its file.
    pub file: String,
    /// Its text.
    pub text: String,
}

/// The timer of a schedule, and the service that it starts.
pub fn write(schedule: &Schedule, call: &Call) -> Result<[Unit; 2]> {
    let Schedule { name, when, zone, within, .. } = schedule;
    let calendar = calendar(schedule)?;
    let spread = match within.0.as_secs() {
        0 => String::new(),
        seconds => format!("RandomizedDelaySec={seconds}s\nFixedRandomDelay=true\n"),
    };
    let timer = format!(
        "[Unit]\nDescription=Moontide schedule {name}: {when} in {zone}\n\n[Timer]\n\
         OnCalendar={calendar}\n# Between its times: what waits, what was cut off, what is owed.\nOnCalendar=*:00/10\n\
         Persistent=true\nAccuracySec=1s\n{spread}\n\
         [Install]\nWantedBy=timers.target\n"
    );
    let service = format!(
        "[Unit]\nDescription=Moontide schedule {name}\nWants=network-online.target\n\
         After=network-online.target\n\n[Service]\nType=oneshot\n{}TimeoutStartSec=infinity\n\
         # 4: it waits for a person. 5: what is due is held, and is said.\nSuccessExitStatus=4 5\n{}",
        exec(call, &format!("schedule run {name} --quiet")),
        hardened(call)
    );
    let unit =
        |suffix: &str, text: String| Unit { file: format!("moontide-{name}.{suffix}"), text };
    Ok([unit("timer", timer), unit("service", service)])
}

/// The service that stays, and serves all schedules of the store.
pub fn service(call: &Call) -> Unit {
    let text = format!(
        "[Unit]\nDescription=Moontide schedules\nWants=network-online.target\n\
         After=network-online.target\n\n[Service]\nType=exec\n{}Restart=always\nRestartSec=10s\n\
         # It leaves what it drives in order; killed, it goes on after the next start as well.\n\
         TimeoutStopSec=2min\n{}\n[Install]\nWantedBy=multi-user.target\n",
        exec(call, "schedule serve --health 127.0.0.1:9401"),
        hardened(call)
    );
    Unit { file: "moontide-schedules.service".to_owned(), text }
}

/// The folder of the service, which it may write.
const OWN: &str = "/var/lib/moontide";

/// How the service starts the binary: as a user of its own, in a folder of its own. Where the store is a file in
/// another folder, as the user who exports it, who may write there.
fn exec(call: &Call, words: &str) -> String {
    let escaped = |text: &str| {
        text.replace('%', "%%").replace('$', "$$").replace('\\', "\\\\").replace('"', "\\\"")
    };
    let (binary, store) = (escaped(&call.binary), escaped(&call.store));
    let start = format!("ExecStart=\"{binary}\" --store \"{store}\" {words}\n");
    let own = format!("StateDirectory=moontide\nEnvironment=MOONTIDE_HOME={OWN}\n");
    let Some(folder) = folder(call) else {
        return format!("{start}DynamicUser=yes\nUser=moontide\n{own}");
    };
    let folder = escaped(&folder.display().to_string());
    format!("{start}User={}\nReadWritePaths=\"{folder}\"\n{own}", call.user)
}

/// The folder of a store that is a file elsewhere than in the service's own.
fn folder(call: &Call) -> Option<&Path> {
    let file = call.store.strip_prefix("sqlite:").map(Path::new);
    file.and_then(Path::parent).filter(|folder| !folder.starts_with(OWN))
}

/// What keeps the service away from the rest, but for its store.
fn hardened(call: &Call) -> String {
    let is_shared =
        folder(call).is_some_and(|it| it.starts_with("/tmp") || it.starts_with("/var/tmp"));
    if is_shared { HARDENED.replace("PrivateTmp=yes\n", "") } else { HARDENED.to_owned() }
}

/// The times as systemd writes them.
fn calendar(schedule: &Schedule) -> Result<String> {
    let zone = schedule.zone.name();
    let cron = match &schedule.when.kind {
        Kind::Cron(cron) => cron,
        Kind::At(at) => return Ok(format!("{} {zone}", at.strftime("%Y-%m-%d %H:%M:%S"))),
        Kind::Rate(_) => {
            return Err(cannot(
                schedule,
                FORMAT,
                "it counts a rate from when the machine was started",
            ));
        }
    };
    let (weekday, day) = days(schedule, cron)?;
    let (year, month) = (YEARS.write(&cron.years), STYLE.write(&cron.months));
    let (hour, minute) = (STYLE.write(&cron.hours), STYLE.write(&cron.minutes));
    let weekday = if weekday.is_empty() { String::new() } else { format!("{weekday} ") };
    Ok(format!("{weekday}{year}-{month}{day} {hour}:{minute}:00 {zone}"))
}

/// The day of the week, and that of the month with what stands before it: `~` counts from the end.
fn days(schedule: &Schedule, cron: &Cron) -> Result<(String, String)> {
    let name = |day: u16| DAYS[usize::from(day - 1)].to_owned();
    let every = || "-*".to_owned();
    Ok(match &cron.days {
        Days::OfMonth(OfMonth::Numbers(days)) => (String::new(), format!("-{}", STYLE.write(days))),
        Days::OfMonth(OfMonth::Last) => (String::new(), "~01".to_owned()),
        Days::OfMonth(OfMonth::Nearest(_)) => {
            return Err(cannot(schedule, FORMAT, "it knows no `W`"));
        }
        Days::OfWeek(OfWeek::Numbers(Numbers { is_any: true, .. })) => (String::new(), every()),
        Days::OfWeek(OfWeek::Numbers(days)) => {
            (days.all.iter().map(|day| name(*day)).collect::<Vec<_>>().join(","), every())
        }
        Days::OfWeek(OfWeek::Nth(day, nth)) => {
            let (first, last) = (nth * 7 - 6, (nth * 7).min(31));
            (name(*day), format!("-{first:02}..{last:02}"))
        }
        Days::OfWeek(OfWeek::Last(day)) => (name(*day), "~07/1".to_owned()),
    })
}
