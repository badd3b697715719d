//! Tables that are replicated to other Regions: none of them is a store.
//!
//! A lease is a conditional write, and a condition is looked at in the Region that is asked. Two Regions that replicate
//! to one another would each give away the lease of one execution, and the later write would win: two runners, two
//! launches. What could be asked in several Regions at once, multi-Region strong consistency, knows no transactions,
//! which the store is made of. A table in one Region, away from that which may fail, with point-in-time recovery and
//! backups that are copied elsewhere, is what a store needs.

use aws_sdk_dynamodb::types::{MultiRegionConsistency, ReplicaDescription, TableDescription};

/// Why a table of this description, in this Region, is no store; `None`: it lives in one Region only.
pub(super) fn refusal(table: &TableDescription, region: &str) -> Option<String> {
    let others: Vec<&str> = table
        .replicas()
        .iter()
        .filter_map(ReplicaDescription::region_name)
        .filter(|it| *it != region)
        .collect();
    if others.is_empty() {
        return None;
    }
    let others = others.join(", ");
    let why = if table.multi_region_consistency() == Some(&MultiRegionConsistency::Strong) {
        "with multi-Region strong consistency DynamoDB takes no transactions, and the store is made of them"
    } else {
        "each Region would judge by its own copy who holds a lease, so two runners could hold one, and launch twice"
    };
    Some(format!(
        "it is a global table, with replicas in {others}: {why}. Use a table without replicas, in a Region that does \
         not fail with the runbooks' source, and copy its backups elsewhere"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(regions: &[&str], consistency: Option<MultiRegionConsistency>) -> TableDescription {
        let replica = |region: &&str| ReplicaDescription::builder().region_name(*region).build();
        TableDescription::builder()
            .set_replicas(Some(regions.iter().map(replica).collect()))
            .set_multi_region_consistency(consistency)
            .build()
    }

    #[test]
    fn a_table_in_one_region_is_a_store() {
        assert_eq!(refusal(&TableDescription::builder().build(), "us-west-2"), None);
        assert_eq!(refusal(&table(&["us-west-2"], None), "us-west-2"), None);
    }

    #[test]
    fn a_global_table_is_none_and_the_reason_is_that_of_its_consistency() {
        let eventual = refusal(&table(&["us-west-2", "eu-west-1"], None), "us-west-2").unwrap();
        assert!(
            eventual.starts_with("it is a global table, with replicas in eu-west-1: each Region")
        );
        let strong = table(&["us-east-1", "us-east-2"], Some(MultiRegionConsistency::Strong));
        let strong = refusal(&strong, "us-west-2").unwrap();
        assert!(strong.contains("in us-east-1, us-east-2: with multi-Region strong consistency"));
    }
}
