//! The fault matrix: every kind of call that the store makes, with every fault that DynamoDB has, at every call of every
//! operation. What was asked is done exactly once, or refused as something to try again, and not before its patience
//! is used up; asked again, it is done once; and then the table holds what it holds without a fault.
//!
//! - `given`: the operations. `fault`: the faults. `wire`: the way to the emulator, in virtual time.

mod fault;
mod given;
mod wire;

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::Client;
use moontide_runtime::store::StoreError;
use tokio::time::Instant;

use self::fault::{FAULTS, Fault};
use self::given::{Given, operations};
use self::wire::Wire;
use crate::place::REGION;
use crate::story::{Returned, everything};

/// An operation without a fault.
struct Calm {
    returned: Returned,
    /// The kinds of its calls, in order.
    kinds: Vec<String>,
    left: Vec<String>,
    items: Vec<String>,
}

/// One fault at one call.
#[derive(Clone)]
struct Cell {
    operation: &'static str,
    number: usize,
    kind: String,
    fault: Fault,
}

/// What came of the cells of one kind and one fault.
#[derive(Clone, Copy, Default)]
struct Count {
    as_asked: usize,
    refused: usize,
}

/// How long an operation is tried at least before it is refused.
fn patience(operation: &str) -> Duration {
    match operation {
        _ if operation.starts_with("append") => Duration::from_mins(15),
        "renew" | "publish" => Duration::from_secs(5),
        _ => Duration::from_secs(30),
    }
}

/// The items of a table by their keys. The nonces in them are no two times the same.
async fn items(wire: &Wire, table: &str) -> Vec<String> {
    let key = "pretend";
    let credentials = Credentials::new(key, key, None, None, key);
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(wire.http());
    let (client, mut found, mut start) = (Client::new(&config.build()), Vec::new(), None);
    loop {
        let page = client.scan().table_name(table).set_exclusive_start_key(start).send();
        let page = page.await.unwrap();
        for item in page.items() {
            let text = |name: &str| item[name].as_s().unwrap().clone();
            let (pk, sk) = (text("pk"), text("sk"));
            let pk = if pk.starts_with("parts#") { "parts".to_owned() } else { pk };
            let sk = if sk.starts_with("evidence#") { "evidence".to_owned() } else { sk };
            found.push(format!("{pk} {sk}"));
        }
        start = page.last_evaluated_key.filter(|key| !key.is_empty());
        if start.is_none() {
            found.sort();
            return found;
        }
    }
}

/// Those items that are seen without a reference to them.
fn seen(items: &[String]) -> Vec<&String> {
    items.iter().filter(|it| !it.starts_with("parts ") && !it.ends_with(" evidence")).collect()
}

async fn calm(wire: &Wire, operation: &str) -> Calm {
    let given = Given::of(wire, operation).await;
    let store = wire.store(&given.table);
    wire.arm(0, None);
    let returned = given.perform(operation, &store).await;
    let (_, kinds) = wire.disarm();
    assert!(returned.is_ok(), "{operation}: {returned:?}");
    given.settle(operation, &store).await;
    let (left, items) =
        (everything(&wire.store(&given.table)).await, items(wire, &given.table).await);
    Calm { returned, kinds, left, items }
}

/// Does the operation with the fault; says whether it was done as asked, or what is wrong.
#[expect(clippy::disallowed_methods, reason = "tokio's clock, which is paused")]
async fn strike(wire: &Wire, cell: &Cell, calm: &Calm) -> Result<bool, String> {
    let Cell { operation, number, fault, .. } = cell;
    let given = Given::of(wire, operation).await;
    let store = wire.store(&given.table);
    let patience = patience(operation);
    let moment = if patience < Duration::from_secs(30) {
        Duration::from_millis(1_500)
    } else {
        fault.moment
    };
    wire.arm(*number, Some(fault.to(moment)));
    let begun = Instant::now();
    let returned = given.perform(operation, &store).await;
    let took = begun.elapsed();
    let (struck, _) = wire.disarm();
    if struck == 0 {
        return Err("it was not struck".to_owned());
    }
    let is_refused = match &returned {
        returned if *returned == calm.returned => false,
        Err(StoreError::Unusable { transient: true, .. }) => {
            if took < patience && !fault.is_of_credentials() {
                return Err(format!("it gave up after {took:?}: {returned:?}"));
            }
            if took > patience * 2 + Duration::from_mins(1) {
                return Err(format!("it took {took:?}"));
            }
            let again = given.again(operation, &store).await;
            if again.is_err() {
                return Err(format!("asked again after {returned:?}: {again:?}"));
            }
            true
        }
        _ => return Err(format!("{returned:?} instead of {:?}", calm.returned)),
    };
    given.settle(operation, &store).await;
    let left = everything(&wire.store(&given.table)).await;
    if left != calm.left {
        let differs = left.iter().zip(&calm.left).find(|(left, calm)| left != calm);
        return Err(format!("refused {is_refused}, and left {differs:?}"));
    }
    let items = items(wire, &given.table).await;
    let is_same = if is_refused { seen(&items) == seen(&calm.items) } else { items == calm.items };
    if !is_same {
        return Err(format!(
            "refused {is_refused}, and left {items:?} instead of {:?}",
            calm.items
        ));
    }
    Ok(!is_refused)
}

/// Every cell of these operations, and how each goes without a fault.
async fn cells(
    wire: &Wire,
    operations: impl Iterator<Item = &'static str>,
) -> (Vec<Cell>, HashMap<&'static str, Calm>) {
    let (mut cells, mut calms) = (Vec::new(), HashMap::new());
    for operation in operations {
        let calm = calm(wire, operation).await;
        for (number, kind) in (1..).zip(&calm.kinds) {
            for fault in FAULTS.into_iter().filter(|fault| fault.befalls(kind)) {
                cells.push(Cell { operation, number, kind: kind.clone(), fault });
            }
        }
        calms.insert(operation, calm);
    }
    (cells, calms)
}

type Counts = BTreeMap<(String, &'static str), Count>;

/// Strikes all of these; returns the counts, and what went wrong.
async fn all(wire: &Wire, cells: &[Cell], calms: &HashMap<&str, Calm>) -> (Counts, Vec<String>) {
    let (mut counts, mut wrong) = (Counts::new(), Vec::new());
    for cell in cells {
        let count = counts.entry((cell.kind.clone(), cell.fault.name)).or_default();
        match strike(wire, cell, &calms[cell.operation]).await {
            Ok(true) => count.as_asked += 1,
            Ok(false) => count.refused += 1,
            Err(sentence) => wrong.push(format!(
                "`{}`, call {} ({}), {}: {sentence}",
                cell.operation, cell.number, cell.kind, cell.fault.name
            )),
        }
    }
    (counts, wrong)
}

/// The table: how many calls were struck, and after how many of them the operation was refused for now.
fn table(counts: &Counts) -> String {
    let mut kinds: Vec<&str> = counts.keys().map(|(kind, _)| kind.as_str()).collect();
    kinds.dedup();
    let mut lines = Vec::new();
    for kind in kinds {
        lines.push(format!("{kind}:"));
        for fault in FAULTS {
            let Some(count) = counts.get(&(kind.to_owned(), fault.name)) else { continue };
            let Count { as_asked, refused } = count;
            lines.push(format!("  {:28} {as_asked:4} as asked {refused:4} refused", fault.name));
        }
    }
    let sum = |of: fn(&Count) -> usize| counts.values().map(of).sum::<usize>();
    let (as_asked, refused) = (sum(|it| it.as_asked), sum(|it| it.refused));
    lines.push(format!(
        "{} calls struck: {as_asked} as asked, {refused} refused for now and then done once",
        as_asked + refused
    ));
    lines.join("\n")
}

/// Every kind of call with every fault, each at one call of those that there are.
#[tokio::test(start_paused = true)]
async fn a_sample_of_every_kind_of_call_with_every_fault_is_done_once_or_refused_for_now() {
    let wire = Wire::new();
    let small = operations().filter(|operation| !operation.ends_with("large"));
    let (cells, calms) = cells(&wire, small).await;
    let mut groups: BTreeMap<(&str, &str), Vec<&Cell>> = BTreeMap::new();
    for cell in &cells {
        groups.entry((&cell.kind, cell.fault.name)).or_default().push(cell);
    }
    // Not always the first one: those of the archive come last.
    let sample =
        groups.values().zip(1..).map(|(cells, turn)| cells[turn * 7 % cells.len()].clone());
    let sample: Vec<Cell> = sample.collect();
    let (counts, wrong) = all(&wire, &sample, &calms).await;
    assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), table(&counts));
    assert!(counts.len() > 100, "{}", counts.len());
}

/// What takes more than one step is cut off in each of them, and made again.
#[tokio::test(start_paused = true)]
async fn what_is_cut_off_while_it_is_pruned_or_moves_is_made_again() {
    const LONG: [&str; 2] = ["throttled for ten minutes", "a lost reply"];
    let wire = Wire::new();
    let moves = ["prune", "sweep", "part", "import", "import pruned", "come back"];
    let (mut cells, calms) = cells(&wire, moves.into_iter()).await;
    cells.retain(|cell| LONG.contains(&cell.fault.name) && cell.kind != "GetItem");
    let (counts, wrong) = all(&wire, &cells, &calms).await;
    assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), table(&counts));
    assert!(cells.len() > 40, "{}", cells.len());
}

/// The matrix.
#[tokio::test(start_paused = true)]
#[ignore = "minutes: all of it"]
#[expect(clippy::print_stdout, reason = "the table is what is asked for")]
async fn whole_matrix_of_faults() {
    let wire = Wire::new();
    let (cells, calms) = cells(&wire, operations()).await;
    let (counts, wrong) = all(&wire, &cells, &calms).await;
    println!("{}", table(&counts));
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    println!("0 duplicates, 0 lost, 0 that gave up before their patience");
}
