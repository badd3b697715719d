//! The engine of Moontide.
//!
//! It loads a runbook into a [`plan`], runs the plan's waves as programs in a [`sandbox`], lets each
//! [`effect`] out through one door, records it in a [`journal`], and decides with a synchronous
//! [`scheduler`] what runs next. A [`store`] keeps it all, so that any process may die at any instant.
//!
//! The engine knows nothing of AWS, of terminals, of the time of day: a `World` performs effects, an
//! `Observer` is told what happens, a `Clock` says when. Start reading at [`scheduler::driver`].

pub mod clock;
pub mod effect;
pub mod journal;
pub mod observe;
pub mod plan;
pub mod sandbox;
pub mod scheduler;
pub mod store;
