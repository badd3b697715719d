//! Making a table a store, and tables that are none.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType,
    ScalarAttributeType, TimeToLiveSpecification, TimeToLiveStatus,
};
use moontide_aws::DynamoStore;
use moontide_aws::store::{OpenError, Setting};
use moontide_runtime::journal::Format;
use moontide_runtime::store::{Store, StoreError, Wanted};

use crate::dynamo::Dynamo;
use crate::dynamo::proxy::{Action, Phase};
use crate::given::execution;
use crate::place::{Place, REGION};

/// The official client, to look past the store.
pub(crate) fn client(endpoint: &str) -> Client {
    let key = "pretend";
    let credentials = Credentials::new(key, key, None, None, key);
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(endpoint);
    Client::new(&config.build())
}

async fn table_with_key(name: &str, key: &str) {
    let client = client(&Dynamo::shared().endpoint());
    let schema = KeySchemaElement::builder().attribute_name(key).key_type(KeyType::Hash);
    let text = ScalarAttributeType::S;
    let attribute = AttributeDefinition::builder().attribute_name(key).attribute_type(text);
    let request = client.create_table().table_name(name).billing_mode(BillingMode::PayPerRequest);
    let request = request.key_schema(schema.build().unwrap());
    request.attribute_definitions(attribute.build().unwrap()).send().await.unwrap();
}

#[tokio::test]
async fn a_table_is_made_once_and_says_what_was_done() {
    let place = Place::unmade();
    let store = place.at(&Dynamo::shared().endpoint());
    assert!(matches!(store.check().await, Err(OpenError::Missing { .. })));
    let first = store.initialise().await.unwrap();
    assert!(first.created);
    assert_eq!(first.place, format!("dynamodb:{}@us-west-2", place.table));
    assert_eq!(first.time_to_live, Setting::TurnedOn);
    assert_eq!(first.deletion_protection, Setting::TurnedOn);
    store.check().await.unwrap();
    store.create(&execution("x")).await.unwrap();

    let second = store.initialise().await.unwrap();
    assert!(!second.created);
    assert_eq!(second.time_to_live, Setting::WasOn);
    assert_eq!(second.deletion_protection, Setting::WasOn);
    assert_ne!(second.point_in_time_recovery, Setting::TurnedOn);
    assert_eq!(store.list().await.unwrap().len(), 1, "nothing is lost");

    let client = client(&Dynamo::shared().endpoint());
    let table = client.describe_table().table_name(&place.table).send().await.unwrap();
    let table = table.table.unwrap();
    assert_eq!(table.deletion_protection_enabled, Some(true));
    let billing = table.billing_mode_summary.unwrap().billing_mode;
    assert_eq!(billing, Some(BillingMode::PayPerRequest));
    let delete = client.delete_table().table_name(&place.table).send().await;
    assert!(delete.is_err(), "{delete:?}");
    let update = client.update_table().table_name(&place.table);
    update.deletion_protection_enabled(false).send().await.unwrap();
    assert_eq!(store.initialise().await.unwrap().deletion_protection, Setting::TurnedOn);
    let expiry = client.describe_time_to_live().table_name(&place.table).send().await.unwrap();
    let attribute = expiry.time_to_live_description.unwrap().attribute_name;
    assert_eq!(attribute.as_deref(), Some("expires_at"));
}

#[tokio::test]
async fn several_who_make_it_at_once_all_find_it_made() {
    let place = Place::unmade();
    let stores: Vec<_> = (0..6).map(|_| place.at(&Dynamo::shared().endpoint())).collect();
    let made = futures_util::future::join_all(stores.iter().map(DynamoStore::initialise)).await;
    assert!(made.iter().all(Result::is_ok), "{made:?}");
    stores[0].check().await.unwrap();
}

#[tokio::test]
async fn a_table_that_is_not_there_is_named_in_every_refusal() {
    let store = Place::unmade().at(&Dynamo::shared().endpoint());
    let refusals = [
        store.create(&execution("x")).await.unwrap_err(),
        store.execution("x").await.unwrap_err(),
        store.list().await.unwrap_err(),
        store.signals("x", 0).await.unwrap_err(),
    ];
    for refusal in refusals {
        let StoreError::Unusable { place, message, transient } = refusal else {
            panic!("{refusal:?}")
        };
        assert_eq!(place, store.place());
        assert_eq!((message.as_str(), transient), ("there is no such table", false));
    }
}

#[tokio::test]
async fn a_table_of_another_program_is_left_alone() {
    let place = Place::unmade();
    table_with_key(&place.table, "recipe").await;
    let store = place.at(&Dynamo::shared().endpoint());
    let opened = store.check().await.unwrap_err().to_string();
    assert!(opened.contains("its keys are not those of a store"), "{opened}");
    let made = store.initialise().await.unwrap_err().to_string();
    assert!(made.contains("its keys are not those of a store"), "{made}");
    let client = client(&Dynamo::shared().endpoint());
    let items = client.scan().table_name(&place.table).send().await.unwrap();
    assert_eq!(items.count, 0);
}

#[tokio::test]
async fn a_table_that_holds_something_else_under_the_same_keys_is_left_alone() {
    let place = Place::in_a_table().await;
    let client = client(&Dynamo::shared().endpoint());
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let delete = client.delete_item().table_name(&place.table).key("pk", text("store"));
    delete.key("sk", text("format")).send().await.unwrap();
    let write = client.put_item().table_name(&place.table).item("pk", text("order#7"));
    write.item("sk", text("line#1")).send().await.unwrap();
    let off = TimeToLiveSpecification::builder().enabled(false).attribute_name("expires_at");
    let turn_off = client.update_time_to_live().table_name(&place.table);
    turn_off.time_to_live_specification(off.build().unwrap()).send().await.unwrap();
    let made = place.at(&Dynamo::shared().endpoint()).initialise().await.unwrap_err();
    let said = "it is not empty, and does not say that it is a store of Moontide: it holds an item `order#7`";
    assert!(made.to_string().ends_with(said), "{made}");
    let expiry = client.describe_time_to_live().table_name(&place.table).send().await.unwrap();
    let status = expiry.time_to_live_description.unwrap().time_to_live_status;
    assert_eq!(status, Some(TimeToLiveStatus::Disabled));
}

#[tokio::test]
async fn a_store_from_a_later_time_is_not_touched() {
    let place = Place::in_a_table().await;
    let client = client(&Dynamo::shared().endpoint());
    let newer = (Format::STORE.0 + 1).to_string();
    let write = client.put_item().table_name(&place.table);
    let write = write.item("pk", AttributeValue::S("store".to_owned()));
    let write = write.item("sk", AttributeValue::S("format".to_owned()));
    write.item("format", AttributeValue::N(newer)).send().await.unwrap();
    let off = TimeToLiveSpecification::builder().enabled(false).attribute_name("expires_at");
    let turn_off = client.update_time_to_live().table_name(&place.table);
    turn_off.time_to_live_specification(off.build().unwrap()).send().await.unwrap();

    let store = place.at(&Dynamo::shared().endpoint());
    let opened = store.check().await.unwrap_err();
    let OpenError::Store(StoreError::Format { place: named, .. }) = opened else {
        panic!("{opened:?}")
    };
    assert_eq!(named, store.place());
    assert!(matches!(store.initialise().await, Err(StoreError::Format { .. })));
    let expiry = client.describe_time_to_live().table_name(&place.table).send().await.unwrap();
    let status = expiry.time_to_live_description.unwrap().time_to_live_status;
    assert_eq!(status, Some(TimeToLiveStatus::Disabled));
}

#[tokio::test]
async fn a_table_that_was_not_made_a_store_is_told_from_one_that_is() {
    let place = Place::in_a_table().await;
    let client = client(&Dynamo::shared().endpoint());
    let delete = client.delete_item().table_name(&place.table);
    let delete = delete.key("pk", AttributeValue::S("store".to_owned()));
    delete.key("sk", AttributeValue::S("format".to_owned())).send().await.unwrap();
    let store = place.at(&Dynamo::shared().endpoint());
    assert!(matches!(store.check().await, Err(OpenError::NotInitialised { .. })));
    assert!(!store.initialise().await.unwrap().created);
    store.check().await.unwrap();
}

#[tokio::test]
async fn a_date_that_was_spoilt_hides_no_execution_of_the_list() {
    let place = Place::in_a_table().await;
    let store = place.at(&Dynamo::shared().endpoint());
    for id in ["x", "y"] {
        store.create(&execution(id)).await.unwrap();
    }
    let client = client(&Dynamo::shared().endpoint());
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let created_at = execution("x").created_at;
    let key = format!("{:020}#x", created_at.as_microsecond());
    let spoil = client.update_item().table_name(&place.table);
    let spoil = spoil.key("pk", text("executions")).key("sk", text(&key));
    let spoil = spoil.update_expression("SET created_at = :date");
    let spoil = spoil.condition_expression("attribute_exists(pk)");
    spoil.expression_attribute_values(":date", text("2026-13-41")).send().await.unwrap();
    let rows = store.find(&Wanted::default()).await.unwrap().rows;
    let listed: Vec<_> = rows.iter().map(|row| (row.id.as_str(), row.created_at)).collect();
    assert_eq!(listed, [("y", created_at), ("x", created_at)]);
}

#[tokio::test]
async fn a_global_table_is_no_store_and_stays_as_it_is() {
    for (described, why) in [
        (r#""Replicas":[{"RegionName":"eu-west-1"}]"#, "so two runners could hold one"),
        (
            r#""Replicas":[{"RegionName":"eu-west-1"}],"MultiRegionConsistency":"STRONG""#,
            "DynamoDB takes no transactions",
        ),
    ] {
        let table = format!(r#"{{"Table":{{"TableStatus":"ACTIVE",{described}}}}}"#);
        let table: &'static str = table.leak();
        let proxy = Dynamo::shared().proxied(move |asked, phase| match phase {
            Phase::Before if asked.operation == "DescribeTable" => Action::Say(table),
            _ => Action::Pass,
        });
        let refused = Place::unmade().at(&proxy.endpoint()).initialise().await.unwrap_err();
        let said = refused.to_string();
        assert!(said.contains("it is a global table, with replicas in eu-west-1"), "{said}");
        assert!(said.contains(why), "{said}");
        assert!(proxy.asked().iter().all(|asked| asked.operation == "DescribeTable"));
    }
}
