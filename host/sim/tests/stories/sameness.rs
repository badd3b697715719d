//! The same world, calls and times give the same replies.

use serde_json::json;

use crate::story::Story;

const WORLD: &str = "seed = 42\n\
    [[servers]]\nname = \"db-{n}\"\ncount = 4\nrecovery_instance = { drill = true }\n\
    [[faults]]\nkind = \"launch_fails\"\nserver = \"db-3\"\n\
    [timing]\njitter = 0.2\n";

/// Everything that a drill shows, as text.
async fn told(world: &str) -> Vec<String> {
    let story = Story::begin(world);
    let ids = story.server_ids().await;
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let job = story.drill(&ids).await;
    let mut told = Vec::new();
    for _ in 0..10 {
        story.wait(70).await;
        told.push(story.job(&job).await.to_string());
        told.push(story.drs("DescribeJobLogItems", json!({ "jobID": job })).await.text);
        told.push(story.drs("DescribeRecoveryInstances", json!({})).await.text);
        told.push(story.ec2("DescribeInstances", "").await.text);
    }
    told.extend(story.simulator.calls().iter().map(|call| format!("{call:?}")));
    told
}

#[tokio::test(start_paused = true)]
async fn told_twice_a_story_is_the_same() {
    assert_eq!(told(WORLD).await, told(WORLD).await);
}

#[tokio::test(start_paused = true)]
async fn with_another_seed_it_is_another_story() {
    assert_ne!(told(WORLD).await, told(&WORLD.replace("42", "43")).await);
}

#[tokio::test(start_paused = true)]
async fn jitter_makes_servers_differ_but_not_much() {
    let story = Story::begin(WORLD);
    let ids = story.server_ids().await;
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let job = story.drill(&ids).await;
    story.wait(1200).await;
    let ends: Vec<f64> = story
        .log(&job)
        .await
        .iter()
        .filter(|line| line.1 == "LAUNCH_END")
        .map(|line| line.0)
        .collect();
    assert_eq!(ends.len(), 3);
    // Conversion and launch of 477 s, ±20 %, after 53 s of waiting and 45 s of cleanup.
    assert!(ends.iter().all(|end| (477.0..673.0).contains(end)), "{ends:?}");
    assert!(ends[2] - ends[0] > 1.0, "{ends:?}");
}
