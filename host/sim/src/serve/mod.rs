//! The way out to a TCP port.
//!
//! `axum::serve` cannot cut a connection in the middle of a call, which is the one thing that a
//! lost reply must do; so the connections are served here. hyper closes a connection without a
//! word when its service returns an error.
//!
//! Every process on the machine can connect, so no caller may hold what the others need: a slow one is cut, there are
//! only so many connections at once, and a machine that has no descriptor left is waited out.

mod connections;
mod unhurried;

pub(crate) use connections::FACTS;
