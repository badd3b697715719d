//! By which names and ARNs a document is found, and which of them a world may script.

use serde_json::{Value, json};

use crate::story::Story;

const ONE: &str = "[[servers]]\nname = \"db\"\nrecovery_instance = { drill = true }\n";

/// What the command or automation `document` meets: nothing, or its error.
async fn sent(story: &Story, document: &str) -> Option<(String, String)> {
    let instance = story.recovery_instances().await[0]["ec2InstanceID"].clone();
    let script = json!({ "commands": ["make ready"] });
    let order =
        json!({ "InstanceIds": [instance], "DocumentName": document, "Parameters": script });
    let reply = story.ssm("SendCommand", order).await;
    reply.error.map(|error| (error, reply.text))
}

async fn started(story: &Story, document: &str) -> Option<(String, String)> {
    let order = json!({ "DocumentName": document });
    let reply = story.ssm("StartAutomationExecution", order).await;
    reply.error.map(|error| (error, reply.text))
}

/// How the last automation that was started ended.
async fn ended(story: &Story, document: &str) -> Value {
    let order = json!({ "DocumentName": document });
    let id = story.ssm("StartAutomationExecution", order).await.json();
    story.wait(60).await;
    let body = json!({ "AutomationExecutionId": id["AutomationExecutionId"] });
    let run = story.ssm("GetAutomationExecution", body).await.json();
    run["AutomationExecution"]["AutomationExecutionStatus"].clone()
}

fn arn(region: &str, account: &str, resource: &str) -> String {
    format!("arn:aws:ssm:{region}:{account}:{resource}")
}

#[tokio::test(start_paused = true)]
async fn the_arn_of_a_document_of_the_own_account_and_region_is_that_document() {
    let scripts = "[[commands]]\ndocument = \"Shop-Check\"\n\
        [[automations]]\ndocument = \"Shop-Open\"\nstatus = \"Failed\"\n";
    let story = Story::begin(&format!("{ONE}{scripts}"));
    let own = |resource: &str| arn("us-west-2", "123456789012", resource);
    assert_eq!(sent(&story, &own("document/Shop-Check")).await, None);
    for kind in ["document", "automation-definition"] {
        let open = own(&format!("{kind}/Shop-Open"));
        assert_eq!(ended(&story, &open).await, "Failed", "{open}");
    }
    let awss = arn("us-west-2", "", "document/AWS-RunShellScript");
    assert_eq!(sent(&story, &awss).await, None);
    // Only AWS has documents without an account, and a Region is in one partition.
    let cutover = own("document/Shop-Open").replace("arn:aws:", "arn:aws-cn:");
    for given in
        [arn("us-west-2", "", "document/Shop-Open"), cutover, own("document/AWS-StopEC2Instance")]
    {
        let (error, text) = started(&story, &given).await.expect("it does not exist");
        assert_eq!(error, "AutomationDefinitionNotFoundException", "{given}");
        assert!(text.contains("This cannot be its ARN: "), "{text}");
    }
    let unused = story.simulator.assumptions(&str::to_owned).into_iter();
    assert_eq!(unused.filter(|it| it.kind == "unused").count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_script_may_name_its_document_by_the_arn() {
    let check = arn("us-west-2", "123456789012", "document/Shop-Check");
    let open = arn("us-west-2", "123456789012", "document/Shop-Open");
    let story = Story::begin(&format!(
        "{ONE}[[commands]]\ndocument = \"{check}\"\n\
         [[automations]]\ndocument = \"{open}\"\nstatus = \"Failed\"\n"
    ));
    assert_eq!(sent(&story, "Shop-Check").await, None);
    assert_eq!(sent(&story, &check).await, None);
    assert_eq!(ended(&story, "Shop-Open").await, "Failed");
    assert_eq!(ended(&story, &open).await, "Failed");
}

#[tokio::test(start_paused = true)]
async fn the_arn_of_another_account_or_region_is_not_found_unless_the_world_shares_it() {
    let shared = arn("us-west-2", "999999999999", "document/Their-Check");
    let story = Story::begin(&format!(
        "{ONE}[[commands]]\ndocument = \"Shop-Check\"\n[[automations]]\n\
         [[commands]]\ndocument = \"{shared}\"\n"
    ));
    assert_eq!(sent(&story, &shared).await, None);
    for (region, account, document, of) in [
        ("us-west-2", "999999999999", "Shop-Check", "account"),
        ("eu-west-1", "123456789012", "Shop-Check", "Region"),
        ("eu-west-1", "", "AWS-RunShellScript", "Region"),
    ] {
        let given = arn(region, account, &format!("document/{document}"));
        let (error, text) = sent(&story, &given).await.unwrap();
        assert_eq!(error, "InvalidDocument", "{given}");
        assert!(text.contains(&format!("does not exist. It is of another {of}.")), "{text}");
        let (error, _) = started(&story, &given).await.unwrap();
        assert_eq!(error, "AutomationDefinitionNotFoundException", "{given}");
    }
    assert_eq!(sent(&story, "Their-Check").await.unwrap().0, "InvalidDocument");
}

#[tokio::test(start_paused = true)]
async fn a_name_like_awss_own_that_is_not_known_exists_where_the_world_scripts_it_and_the_notes_say_so()
 {
    let scripts = "[[commands]]\ndocument = \"AWS-ShopCheck\"\n\
        [[automations]]\ndocument = \"AWSShop-Open\"\nstatus = \"Failed\"\n";
    let story = Story::begin(&format!("{ONE}{scripts}"));
    let notes = || {
        let all = story.simulator.assumptions(&str::to_owned).into_iter();
        all.filter(|it| it.kind == "unknown").map(|it| it.message).collect::<Vec<_>>()
    };
    assert_eq!(notes(), Vec::<String>::new(), "nothing has met it");
    assert_eq!(sent(&story, "AWS-ShopCheck").await, None);
    assert_eq!(ended(&story, "AWSShop-Open").await, "Failed");
    let said = "is not known here to be a document of AWS's own, and only AWS names one so: it \
        exists because the world scripts it";
    assert_eq!(notes(), ["AWS-ShopCheck", "AWSShop-Open"].map(|name| format!("{name} {said}")));

    let (error, text) = sent(&story, "AWSShop-Close").await.unwrap();
    assert_eq!(error, "InvalidDocument");
    let how = "It is none of AWS's own that are known here: if AWS has it, [[commands]] with this \
        `document` in the world says how it ends.";
    assert!(text.contains(how), "{text}");
}

#[tokio::test(start_paused = true)]
async fn the_documents_that_drs_runs_after_a_launch_are_awss_own() {
    let story = Story::begin(ONE);
    for document in [
        "AWSDisasterRecovery-InstallDRAgentOnInstance",
        "AWSMigration-LinuxTimeSyncSetting",
        "AWSMigration-ValidateDiskSpace",
        "AWSMigration-ValidateHttpResponse",
        "AWSMigration-ValidateNetworkConnectivity",
        "AWSMigration-VerifyMountedVolumes",
        "AWSMigration-VerifyProcessIsRunning",
    ] {
        assert_eq!(sent(&story, document).await, None, "{document}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_document_that_the_world_has_is_of_one_kind() {
    let scripts = "[[commands]]\ndocument = \"Shop-Check\"\n\
        [[automations]]\ndocument = \"Shop-Open\"\n[[automations]]\n";
    let story = Story::begin(&format!("{ONE}{scripts}"));
    let (error, text) = started(&story, "Shop-Check").await.unwrap();
    assert_eq!(error, "AutomationDefinitionNotFoundException");
    assert!(text.contains("does not exist. Shop-Check is a command document."), "{text}");
    let (error, text) = sent(&story, "Shop-Open").await.unwrap();
    assert_eq!(error, "InvalidDocument");
    assert!(text.contains("does not exist. Shop-Open is an automation."), "{text}");
    assert_eq!(started(&story, "Shop-Other").await, None);
}
