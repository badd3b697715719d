//! The Lua VM that runbooks live in, and the only way out of it.
//!
//! - `vm`: a fresh, closed VM: flags, libraries, replaced functions, limits.
//! - `require`: modules from the pinned bundle, nothing else.
//! - `declare`: running a runbook's file for what it declares.
//! - `program`: one wave's program, walked from effect to effect; the lanes of its branches.
//! - `convert`: Lua ⇄ JSON with budgets.
//! - `trace`: errors with file and line, fit for a terminal.
//! - `limits`: memory, processor time, sizes; a limit that trips poisons the program.
