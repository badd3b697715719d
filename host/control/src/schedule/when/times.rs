//! The moments that come of an expression in a time zone.

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use super::ordered::Ordered;
use super::{Kind, When};

/// No clock is set back by more.
const LONGEST_FOLD: SignedDuration = SignedDuration::from_hours(25);

/// A time that an expression names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    /// On the clocks of the zone.
    pub local: DateTime,
    /// Which moment that is.
    pub found: Found,
}

/// Which moment a local time is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// This one.
    Once(Timestamp),
    /// It exists twice, because the clocks are set back: it is the first of the two.
    First(Timestamp),
    /// It does not exist: the clocks are set forward over it, at about this moment.
    Missing(Timestamp),
}

impl Time {
    /// A local time in a zone.
    pub fn of(local: DateTime, zone: &TimeZone) -> Option<Time> {
        let ambiguous = zone.to_ambiguous_timestamp(local);
        let found = match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { offset } => {
                Found::Once(offset.to_timestamp(local).ok()?)
            }
            AmbiguousOffset::Fold { before, .. } => Found::First(before.to_timestamp(local).ok()?),
            AmbiguousOffset::Gap { before, .. } => Found::Missing(before.to_timestamp(local).ok()?),
        };
        Some(Time { local, found })
    }

    /// The moment at which it comes; `None`: it is skipped.
    pub fn moment(&self) -> Option<Timestamp> {
        match self.found {
            Found::Once(at) | Found::First(at) => Some(at),
            Found::Missing(_) => None,
        }
    }

    /// About when it is, or would have been.
    pub fn about(&self) -> Timestamp {
        let (Found::Once(at) | Found::First(at) | Found::Missing(at)) = self.found;
        at
    }
}

impl When {
    /// From when on it counts, if that is not said, and it is imported at this moment. A rate comes for the first time
    /// when it has passed once: an import starts nothing.
    pub fn start(&self, now: Timestamp) -> Timestamp {
        match &self.kind {
            Kind::Rate(rate) => now.checked_add(rate.every).unwrap_or(Timestamp::MAX),
            _ => now,
        }
    }

    /// The times after this moment, in the order of their moments, each moment once. A rate is counted from `start`,
    /// which is its first.
    pub fn times<'w>(
        &'w self,
        zone: &'w TimeZone,
        start: Timestamp,
        from: Timestamp,
    ) -> Box<dyn Iterator<Item = Time> + 'w> {
        let times: Box<dyn Iterator<Item = Time>> = match &self.kind {
            Kind::Cron(cron) => {
                let local = earliest(zone, from);
                let times = cron.from(local).filter_map(|local| Time::of(local, zone));
                Box::new(Ordered::of(times))
            }
            Kind::Rate(rate) => Box::new(
                rate.after(start, from)
                    .map(|at| Time { local: zone.to_datetime(at), found: Found::Once(at) }),
            ),
            Kind::At(local) => Box::new(Time::of(*local, zone).into_iter()),
        };
        Box::new(times.filter(move |time| time.about() > from))
    }

    /// The moments after this one, without what is skipped.
    pub fn moments<'w>(
        &'w self,
        zone: &'w TimeZone,
        start: Timestamp,
        from: Timestamp,
    ) -> impl Iterator<Item = Timestamp> + 'w {
        self.times(zone, start, from).filter_map(|time| time.moment())
    }
}

/// The least local time that can come after this moment: behind a fold the clocks show what they showed before.
fn earliest(zone: &TimeZone, from: Timestamp) -> DateTime {
    let local = zone.to_datetime(from);
    let before = from.checked_sub(LONGEST_FOLD).unwrap_or(Timestamp::MIN);
    let is_set = zone.preceding(from).next().is_some_and(|it| it.timestamp() >= before);
    if is_set { local.saturating_sub(LONGEST_FOLD) } else { local }
}
