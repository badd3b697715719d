//! The command documents that AWS owns, by name; not all of them, but those that runbooks of disaster recovery meet.

/// The platforms that a command document supports, as far as the world knows platforms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Supports {
    Linux,
    Windows,
    Both,
}

use Supports::{Both, Linux, Windows};

/// Command documents that AWS owns.
pub(super) const COMMANDS: &[(&str, Supports)] = &[
    ("AWS-ApplyAnsiblePlaybooks", Linux),
    ("AWS-ApplyChefRecipes", Both),
    ("AWS-ApplyDSCMofs", Windows),
    ("AWS-ApplyPatchBaseline", Windows),
    ("AWS-ConfigureAWSPackage", Both),
    ("AWS-ConfigureCloudWatch", Windows),
    ("AWS-ConfigureDocker", Both),
    ("AWS-ConfigureKernelLivePatching", Linux),
    ("AWS-ConfigureWindowsUpdate", Windows),
    ("AWS-FindWindowsUpdates", Windows),
    ("AWS-InstallApplication", Windows),
    ("AWS-InstallMissingWindowsUpdates", Windows),
    ("AWS-InstallPowerShellModule", Windows),
    ("AWS-InstallSpecificWindowsUpdates", Windows),
    ("AWS-InstallWindowsUpdates", Windows),
    ("AWS-JoinDirectoryServiceDomain", Both),
    ("AWS-ListWindowsInventory", Windows),
    ("AWS-RefreshAssociation", Both),
    ("AWS-RunAnsiblePlaybook", Linux),
    ("AWS-RunDockerAction", Both),
    ("AWS-RunDocument", Both),
    ("AWS-RunInspecChecks", Both),
    ("AWS-RunPatchBaseline", Both),
    ("AWS-RunPatchBaselineAssociation", Both),
    ("AWS-RunPatchBaselineWithHooks", Both),
    ("AWS-RunPowerShellScript", Both),
    ("AWS-RunRemoteScript", Both),
    ("AWS-RunSaltState", Linux),
    ("AWS-RunShellScript", Linux),
    ("AWS-UpdateEC2Config", Windows),
    ("AWS-UpdateSSMAgent", Both),
    ("AWSEC2-ApplicationInsightsCloudwatchAgentInstallAndConfigure", Both),
    ("AWSEC2-ConfigureSTIG", Both),
    ("AWSEC2-CreateVssSnapshot", Windows),
    ("AWSEC2-ManageVssIO", Windows),
    ("AWSEC2-RunSysprep", Windows),
    ("AWSEC2-UpdateLaunchAgent", Windows),
    ("AWSEC2-VssInstallAndSnapshot", Windows),
    ("AWSFIS-Run-CPU-Stress", Linux),
    ("AWSFIS-Run-Disk-Fill", Linux),
    ("AWSFIS-Run-IO-Stress", Linux),
    ("AWSFIS-Run-Kill-Process", Linux),
    ("AWSFIS-Run-Memory-Stress", Linux),
    ("AWSFIS-Run-Network-Blackhole-Port", Linux),
    ("AWSFIS-Run-Network-Latency", Linux),
    ("AWSFIS-Run-Network-Packet-Loss", Linux),
    ("AWSSupport-RunEC2RescueForWindowsTool", Windows),
    ("AmazonCloudWatch-ManageAgent", Both),
];
