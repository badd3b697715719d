//! Two real drill jobs, event by event, in milliseconds after the job's creation.
//!
//! Source: the sample result of drs-plan-automation, published by aws-samples/drs-tools. A drill of
//! December 2022 in us-west-2: two waves of two small Amazon Linux 2 servers each, with 1 GB of
//! memory and one disk of 8 GB. Only the numbers are taken over.

/// One job of the recording.
#[derive(Debug)]
pub(crate) struct RecordedJob {
    /// `JOB_START`.
    pub(crate) start: i64,
    pub(crate) servers: [RecordedServer; 2],
    /// From the last `LAUNCH_END` to `JOB_END`.
    pub(crate) tail: i64,
}

/// One server of a job; each pair is the phase's `_START` and `_END`.
#[derive(Debug)]
pub(crate) struct RecordedServer {
    pub(crate) snapshot: (i64, i64),
    pub(crate) conversion: (i64, i64),
    pub(crate) launch: (i64, i64),
}

/// The first took 8 min 53.335 s, the second 8 min 59.320 s.
pub(crate) const JOBS: [RecordedJob; 2] = [
    RecordedJob {
        start: 357,
        servers: [
            RecordedServer {
                snapshot: (761, 952),
                conversion: (52_920, 250_434),
                launch: (251_008, 530_528),
            },
            RecordedServer {
                snapshot: (787, 978),
                conversion: (52_946, 250_496),
                launch: (251_197, 529_126),
            },
        ],
        tail: 2_807,
    },
    RecordedJob {
        start: 304,
        servers: [
            RecordedServer {
                snapshot: (708, 888),
                conversion: (52_093, 226_792),
                launch: (227_270, 537_139),
            },
            RecordedServer {
                snapshot: (736, 915),
                conversion: (52_122, 226_852),
                launch: (227_480, 537_191),
            },
        ],
        tail: 2_129,
    },
];
