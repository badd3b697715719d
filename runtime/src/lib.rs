//! The engine of Moontide.
//!
//! It loads a runbook into a [`plan`], runs the plan's waves as programs in a [`sandbox`], lets each
//! [`effect`] out through one door, records it in a [`journal`], and decides with a synchronous
//! [`machine`] what runs next. A [`store`] keeps it all, so that any process may die at any instant.
//!
//! The engine knows nothing of AWS, of terminals, of the time of day: a `World` performs effects, an
//! `Observer` is told what happens, a `Clock` says when. Start reading at [`scheduler::driver`].
//!
//! # The rooms, from the ground up
//!
//! A room imports from those above it in this list only; `tests/rooms.rs` reads it and holds them to it.
//!
//! 1. [`text`]: texts, fit for a terminal.
//! 2. [`clock`]: time as a value.
//! 3. [`backoff`]: pauses that grow.
//! 4. [`retry_budget`]: how long a runner waits for the end of its own troubles.
//! 5. [`plan`]: what a runbook declares.
//! 6. [`history`]: the head of an execution, its entries, events, signals, prompts, steps and outcomes.
//! 7. [`machine`]: the state that events add up to, and what runs next.
//! 8. [`observe`]: what is told to those who watch.
//! 9. [`store`]: where executions live.
//! 10. [`journal`]: writing and replaying a history.
//! 11. [`effect`]: the door, and the vocabulary of what goes through it.
//! 12. [`sandbox`]: the VM that programs live in.
//! 13. [`scheduler`]: the driver, which brings all of them together.

pub mod backoff;
pub mod clock;
pub mod effect;
pub mod history;
pub mod journal;
pub mod machine;
pub mod observe;
pub mod plan;
pub mod retry_budget;
pub mod sandbox;
pub mod scheduler;
pub mod store;
pub mod text;
