//! An import that is under way: an item that names it, on which everything that it writes depends.
//!
//! Several may be under way at once, also of the same parcel, or one wake up long after another has brought the execution
//! in and it has gone on. Each takes a turn under a name that no other has; the last to begin is the one that may write.
//! What it writes bears a nonce that follows from what arrives, so that it is known for what it is. What makes
//! the execution visible deletes the item in the same transaction: from then on no import writes anything of it. Until
//! then no execution of its id begins, and none that was moved away is taken back. Where it is never to end, it is given
//! up: under a turn of its own, so that no import writes meanwhile, what bears their nonces is removed.

use aws_sdk_dynamodb::types::builders::{ConditionCheckBuilder, PutBuilder};
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure as Return,
    TransactWriteItem,
};
use moontide_runtime::store::{Parcel, StoreError};

use super::item::{self, Damage};
use super::keys::{self, Item, PK, SK};
use super::refusal::Refusal;
use super::retry::{Pauses, RetryBudget, Stopped, retried};
use super::state;
use super::table::Table;

/// So many writes go into one transaction beside the check: DynamoDB takes a hundred.
const MOST: usize = 90;
/// So many bytes go into one transaction, unless one item alone has more: DynamoDB takes 4 MB.
const LARGEST: usize = 3_000_000;

/// An import that is under way.
pub(super) struct Arrival<'t> {
    table: &'t Table,
    id: &'t str,
    nonce: &'t str,
    turn: String,
    /// What bears the nonces of the imports that had begun before, under other names.
    others: Vec<String>,
    /// Whether documents of an earlier stay were written over.
    overwrites: bool,
}

impl<'t> Arrival<'t> {
    /// Begins to take an execution in that is as it was `before`: not there at all, or moved from here.
    pub(super) async fn begin(
        table: &'t Table,
        id: &'t str,
        nonce: &'t str,
        before: Option<&Parcel>,
    ) -> Result<Arrival<'t>, StoreError> {
        let mut arrival = Arrival::new(table, id, nonce);
        let mut pauses = Pauses::within(RetryBudget::Usual);
        loop {
            let earlier = Earlier::read(table, id).await?;
            arrival.is_behind(&earlier);
            let writes = vec![unchanged(table, id, before), arrival.named(&earlier)];
            match arrival.transact(writes).await {
                Ok(()) => return Ok(arrival),
                // The reply to an earlier attempt was lost.
                Err(Stopped::Condition(Some(item)))
                    if item::is(&item, keys::TURN, &arrival.turn) =>
                {
                    return Ok(arrival);
                }
                Err(Stopped::Condition(Some(item))) if !is_it(&item) => {
                    return Err(StoreError::Exists(id.to_owned()));
                }
                Err(Stopped::Condition(_)) => {}
                Err(stopped) => return Err(stopped.unconditional(table)),
            }
            pauses.next(table, "other imports of the same execution begin all the time").await?;
        }
    }

    /// Takes the turn of the imports that have begun, to end them; `None`: there are none.
    pub(super) async fn take_over(
        table: &'t Table,
        id: &'t str,
        nonce: &'t str,
    ) -> Result<Option<Arrival<'t>>, StoreError> {
        let mut arrival = Arrival::new(table, id, nonce);
        let mut pauses = Pauses::within(RetryBudget::Usual);
        loop {
            let earlier = Earlier::read(table, id).await?;
            if earlier.turn.is_none() {
                return Ok(None);
            }
            arrival.is_behind(&earlier);
            match arrival.transact(vec![arrival.named(&earlier)]).await {
                Ok(()) => return Ok(Some(arrival)),
                // The reply to an earlier attempt was lost.
                Err(Stopped::Condition(Some(item)))
                    if item::is(&item, keys::TURN, &arrival.turn) =>
                {
                    return Ok(Some(arrival));
                }
                Err(Stopped::Condition(_)) => {}
                Err(stopped) => return Err(stopped.unconditional(table)),
            }
            pauses.next(table, "other imports of the same execution begin all the time").await?;
        }
    }

    fn new(table: &'t Table, id: &'t str, nonce: &'t str) -> Arrival<'t> {
        let (turn, others) = (keys::nonce(), Vec::new());
        Arrival { table, id, nonce, turn, others, overwrites: false }
    }

    fn is_behind(&mut self, earlier: &Earlier) {
        self.others = earlier.nonces.iter().filter(|it| *it != self.nonce).cloned().collect();
        self.overwrites = earlier.overwrites;
    }

    /// Writes which import may write, if it was this one.
    fn named(&self, earlier: &Earlier) -> TransactWriteItem {
        let mut item = keys::arrival(self.id);
        item.insert(keys::NONCE.to_owned(), keys::string(self.nonce));
        item.insert(keys::TURN.to_owned(), keys::string(&self.turn));
        if !self.others.is_empty() {
            item.insert(keys::EARLIER.to_owned(), AttributeValue::Ss(self.others.clone()));
        }
        if self.overwrites {
            item.insert(keys::OVERWRITES.to_owned(), AttributeValue::Bool(true));
        }
        let put = Put::builder()
            .table_name(&self.table.name)
            .set_item(Some(item))
            .return_values_on_condition_check_failure(Return::AllOld);
        let put = match &earlier.turn {
            None => put
                .condition_expression("attribute_not_exists(#pk)")
                .expression_attribute_names("#pk", PK),
            Some(last) => put
                .condition_expression("#turn = :last")
                .expression_attribute_names("#turn", keys::TURN)
                .expression_attribute_values(":last", keys::string(last)),
        };
        put_of(put)
    }

    /// Documents of an earlier stay are written over from now on: it cannot be brought back as it was.
    pub(super) async fn overwrites(&mut self) -> Result<(), StoreError> {
        self.overwrites = true;
        let last = Earlier { turn: Some(self.turn.clone()), ..Earlier::default() };
        match self.transact(vec![self.named(&last)]).await {
            Ok(()) => Ok(()),
            Err(Stopped::Condition(_)) => Err(self.overtaken()),
            Err(stopped) => Err(stopped.unconditional(self.table)),
        }
    }

    /// Whether documents of an earlier stay were written over.
    pub(super) fn has_overwritten(&self) -> bool {
        self.overwrites
    }

    /// Ends it without its execution.
    pub(super) async fn give_up(&self) -> Result<(), StoreError> {
        match self.transact(vec![self.end()]).await {
            Ok(()) | Err(Stopped::Condition(None)) => Ok(()),
            Err(Stopped::Condition(Some(_))) => Err(self.overtaken()),
            Err(stopped) => Err(stopped.unconditional(self.table)),
        }
    }

    /// What the items bear that were written by imports under other names.
    pub(super) fn others(&self) -> &[String] {
        &self.others
    }

    /// Whether such an import has written this item.
    pub(super) fn have_written(&self, item: &Item) -> bool {
        self.others.iter().any(|nonce| item::is(item, keys::NONCE, nonce))
    }

    /// Makes changes of items.
    pub(super) async fn change(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        self.all(changes.into_iter()).await
    }

    /// What this import writes bears this.
    pub(super) fn nonce(&self) -> &str {
        self.nonce
    }

    /// Writes items, whatever was there.
    pub(super) async fn put(&self, items: Vec<Item>) -> Result<(), StoreError> {
        self.all(items.into_iter().map(|item| writing(self.table, item))).await
    }

    /// Deletes what an import under another name has left, or what belongs to an earlier stay.
    pub(super) async fn delete(&self, items: &[Item]) -> Result<(), StoreError> {
        let writes: Result<Vec<_>, Damage> =
            items.iter().map(|it| delete(self.table, it)).collect();
        let damaged = |damage| self.table.damaged("what is left of an import", &damage);
        self.all(writes.map_err(damaged)?.into_iter().map(|write| (0, write))).await
    }

    /// Deletes the items from one sort key on that another import has written.
    pub(super) async fn clear(&self, from: &str, to: &str) -> Result<(), StoreError> {
        let pk = keys::partition(self.id);
        let items = self.table.range(&pk, from, to, RetryBudget::Usual).await?;
        let others: Vec<Item> =
            items.into_iter().filter(|it| !item::is(it, keys::NONCE, self.nonce)).collect();
        self.delete(&others).await
    }

    /// Part of the transaction that makes the execution visible: this was the import that might write.
    pub(super) fn end(&self) -> TransactWriteItem {
        let delete = Delete::builder()
            .table_name(&self.table.name)
            .set_key(Some(keys::arrival(self.id)))
            .condition_expression("#turn = :turn")
            .expression_attribute_names("#turn", keys::TURN)
            .expression_attribute_values(":turn", keys::string(&self.turn))
            .return_values_on_condition_check_failure(Return::AllOld);
        #[expect(clippy::expect_used, reason = "what a deletion must have is given above")]
        let delete = delete.build().expect("a deletion has a table and a key");
        TransactWriteItem::builder().delete(delete).build()
    }

    /// The error that another import may write by now, or has ended.
    pub(super) fn overtaken(&self) -> StoreError {
        let sentence = format!(
            "another import of execution `{}` has begun meanwhile, or has brought it in: try again",
            self.id
        );
        Refusal::Again(sentence).at(&self.table.place)
    }

    async fn all(
        &self,
        writes: impl Iterator<Item = (usize, TransactWriteItem)>,
    ) -> Result<(), StoreError> {
        let mut writes = writes.peekable();
        while let Some((mut bytes, first)) = writes.next() {
            let mut together = vec![self.check(), first];
            while let Some((more, write)) = writes.next_if(|(more, _)| {
                together.len() <= MOST && bytes.saturating_add(*more) <= LARGEST
            }) {
                bytes += more;
                together.push(write);
            }
            match self.transact(together).await {
                Ok(()) => {}
                Err(Stopped::Condition(_)) => return Err(self.overtaken()),
                Err(stopped) => return Err(stopped.unconditional(self.table)),
            }
        }
        Ok(())
    }

    /// Each may be made twice: an item is written as it was.
    async fn transact(&self, writes: Vec<TransactWriteItem>) -> Result<(), Stopped> {
        let request = || {
            let request = self.table.client.transact_write_items();
            request.set_transact_items(Some(writes.clone())).send()
        };
        retried(self.table, RetryBudget::Usual, request).await.map(|_| ())
    }

    fn check(&self) -> TransactWriteItem {
        check(
            ConditionCheck::builder()
                .table_name(&self.table.name)
                .set_key(Some(keys::arrival(self.id)))
                .condition_expression("#turn = :turn")
                .expression_attribute_names("#turn", keys::TURN)
                .expression_attribute_values(":turn", keys::string(&self.turn)),
        )
    }
}

/// A change of an item, and about how many bytes it has.
pub(super) type Change = (usize, TransactWriteItem);

/// Whether these changes fit into the transaction that makes an execution visible.
pub(super) fn fit(changes: &[Change]) -> bool {
    changes.len() <= MOST && changes.iter().map(|(bytes, _)| bytes).sum::<usize>() <= LARGEST
}

/// Writes an item.
pub(super) fn writing(table: &Table, item: Item) -> Change {
    (size(&item), put(table, item))
}

/// Deletes one.
pub(super) fn deleting(table: &Table, item: &Item) -> Result<Change, Damage> {
    Ok((0, delete(table, item)?))
}

/// The imports of an execution that have begun and not ended.
#[derive(Default)]
pub(super) struct Earlier {
    /// The turn of the one that may write.
    turn: Option<String>,
    /// What their items bear.
    nonces: Vec<String>,
    /// Whether one of them has written over documents of an earlier stay.
    overwrites: bool,
}

impl Earlier {
    pub(super) async fn read(table: &Table, id: &str) -> Result<Earlier, StoreError> {
        let Some(item) = table.get(keys::arrival(id)).await? else { return Ok(Earlier::default()) };
        let turn = item::text(&item, keys::TURN).ok().map(str::to_owned);
        let last = item::text(&item, keys::NONCE).unwrap_or_default().to_owned();
        let others = item.get(keys::EARLIER).and_then(|it| it.as_ss().ok());
        let nonces = std::iter::once(last).chain(others.into_iter().flatten().cloned()).collect();
        let overwrites = item.contains_key(keys::OVERWRITES);
        Ok(Earlier { turn, nonces, overwrites })
    }

    /// Whether one of them has written this item.
    pub(super) fn have_written(&self, item: &Item) -> bool {
        self.nonces.iter().any(|nonce| item::is(item, keys::NONCE, nonce))
    }
}

/// Part of the transaction that begins an execution, or lets one go on that has not left: none of this id is about to
/// arrive.
pub(super) fn none(table: &Table, id: &str) -> TransactWriteItem {
    check(
        ConditionCheck::builder()
            .table_name(&table.name)
            .set_key(Some(keys::arrival(id)))
            .condition_expression("attribute_not_exists(#pk)")
            .expression_attribute_names("#pk", PK)
            .return_values_on_condition_check_failure(Return::AllOld),
    )
}

/// Writes and deletes an item as an import does: what credentials may not do is found before an execution is sealed
/// for this table.
pub(super) async fn try_out(table: &Table, id: &str) -> Result<(), StoreError> {
    let item = keys::key(&keys::partition(id), "try");
    let deleted = delete(table, &item).map_err(|damage| table.damaged("an item", &damage))?;
    for write in [put(table, item), deleted] {
        let request = || {
            let request = table.client.transact_write_items();
            request.set_transact_items(Some(vec![none(table, id), write.clone()])).send()
        };
        match retried(table, RetryBudget::Usual, request).await {
            // One is under way, and goes on or ends by itself.
            Ok(_) | Err(Stopped::Condition(_)) => {}
            Err(stopped) => return Err(stopped.unconditional(table)),
        }
    }
    Ok(())
}

/// Whether an import of an execution of this id has begun, and not ended.
pub(super) async fn is_under_way(table: &Table, id: &str) -> Result<bool, StoreError> {
    Ok(table.get(keys::arrival(id)).await?.is_some())
}

/// Whether this item says that an execution is about to arrive.
pub(super) fn is_it(item: &Item) -> bool {
    item::is(item, SK, keys::ARRIVAL)
}

/// The error that an execution of this id is about to arrive: meanwhile none begins, and none is taken back.
pub(super) fn expected(table: &Table, id: &str) -> StoreError {
    let sentence = format!(
        "an execution `{id}` is about to arrive from another store: the command that began that ends it, \
         given once more; where its source is lost, `moontide store import --give-up {id}` does"
    );
    Refusal::Never(sentence).at(&table.place)
}

/// Part of a transaction: the execution is as it was.
fn unchanged(table: &Table, id: &str, before: Option<&Parcel>) -> TransactWriteItem {
    let it = ConditionCheck::builder()
        .table_name(&table.name)
        .set_key(Some(keys::state(id)))
        .return_values_on_condition_check_failure(Return::AllOld);
    check(match before.and_then(|before| before.seal.as_ref()) {
        None => it
            .condition_expression("attribute_not_exists(#pk)")
            .expression_attribute_names("#pk", PK),
        Some(seal) => it
            .condition_expression("#seal = :seal")
            .expression_attribute_names("#seal", keys::SEAL)
            .expression_attribute_values(":seal", keys::string(&state::json(seal))),
    })
}

fn check(check: ConditionCheckBuilder) -> TransactWriteItem {
    #[expect(clippy::expect_used, reason = "its callers give all that a check must have")]
    let check = check.build().expect("a check has a table, a key and a condition");
    TransactWriteItem::builder().condition_check(check).build()
}

fn put(table: &Table, item: Item) -> TransactWriteItem {
    put_of(Put::builder().table_name(&table.name).set_item(Some(item)))
}

fn put_of(put: PutBuilder) -> TransactWriteItem {
    #[expect(clippy::expect_used, reason = "what a put must have is given above")]
    let put = put.build().expect("a put has a table and an item");
    TransactWriteItem::builder().put(put).build()
}

fn delete(table: &Table, item: &Item) -> Result<TransactWriteItem, Damage> {
    let key = keys::key(item::text(item, PK)?, item::text(item, SK)?);
    let delete = Delete::builder().table_name(&table.name).set_key(Some(key)).build();
    let delete = delete.map_err(|error| Damage(error.to_string()))?;
    Ok(TransactWriteItem::builder().delete(delete).build())
}

/// About how many bytes an item has.
fn size(item: &Item) -> usize {
    item.values().map(|value| value.as_s().map_or(64, String::len)).sum()
}
