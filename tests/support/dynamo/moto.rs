//! Getting the other emulator: moto, in Python.

use std::path::PathBuf;

use super::python;

/// What is asked of the Python package index.
const REQUIREMENTS: [&str; 3] = ["moto[dynamodb]==5.2.5", "flask==3.1.3", "flask-cors==6.0.5"];

/// Its server; installed first, if it is not there.
pub(super) fn binary() -> PathBuf {
    let why = "the DynamoDB emulator moto could not be installed, and DYNAMODB_EMULATOR=moto asks for it.";
    python::environment("moto", &REQUIREMENTS, why).join("bin/moto_server")
}
