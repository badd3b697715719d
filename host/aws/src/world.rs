//! The list of what a runbook may ask of AWS, one line each.

use std::rc::Rc;
use std::sync::Arc;

use moontide_runtime::clock::Clock;
use moontide_runtime::effect::{Operation, World};

use crate::binding::Bound;
use crate::services::{Services, Settings};
use crate::session::Session;
use crate::{drs, ec2, ssm, sts};

/// AWS, as one execution reaches it.
pub struct AwsWorld {
    operations: Vec<Box<dyn Operation>>,
}

impl AwsWorld {
    /// The world behind `session`. Calls that name no Region go to `region`, the execution's first;
    /// all waiting is done on `clock`.
    pub fn new(
        session: Session,
        region: impl Into<String>,
        clock: Arc<dyn Clock>,
        settings: Settings,
    ) -> AwsWorld {
        let aws = &Rc::new(Services::new(session, region.into(), clock, settings));
        let operations = vec![
            Bound::<drs::await_jobs::AwaitJobs>::operation(aws),
            Bound::<drs::describe_job_log_items::DescribeJobLogItems>::operation(aws),
            Bound::<drs::describe_jobs::DescribeJobs>::operation(aws),
            Bound::<drs::describe_recovery_instances::DescribeRecoveryInstances>::operation(aws),
            Bound::<drs::describe_recovery_snapshots::DescribeRecoverySnapshots>::operation(aws),
            Bound::<drs::describe_source_servers::DescribeSourceServers>::operation(aws),
            Bound::<drs::start_recovery::StartRecovery>::operation(aws),
            Bound::<drs::terminate_recovery_instances::TerminateRecoveryInstances>::operation(aws),
            Bound::<ec2::await_running::AwaitRunning>::operation(aws),
            Bound::<ec2::create_tags::CreateTags>::operation(aws),
            Bound::<ec2::describe_instance_status::DescribeInstanceStatus>::operation(aws),
            Bound::<ec2::describe_instances::DescribeInstances>::operation(aws),
            Bound::<ec2::reboot_instances::RebootInstances>::operation(aws),
            Bound::<ec2::terminate_instances::TerminateInstances>::operation(aws),
            Bound::<ssm::await_command::AwaitCommand>::operation(aws),
            Bound::<ssm::describe_instance_information::DescribeInstanceInformation>::operation(
                aws,
            ),
            Bound::<ssm::get_automation_execution::GetAutomationExecution>::operation(aws),
            Bound::<ssm::send_command::SendCommand>::operation(aws),
            Bound::<ssm::start_automation_execution::StartAutomationExecution>::operation(aws),
            Bound::<sts::GetCallerIdentity>::operation(aws),
        ];
        AwsWorld { operations }
    }
}

impl World for AwsWorld {
    fn operation(&self, name: &str) -> Option<&dyn Operation> {
        self.operations.iter().find(|it| it.name() == name).map(|it| &**it)
    }

    fn names(&self) -> Vec<&'static str> {
        self.operations.iter().map(|it| it.name()).collect()
    }
}
