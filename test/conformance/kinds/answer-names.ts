/** What of ours says what a finding of the corpus says. */
export interface Naming {
  /** Notices that name it. */
  readonly notes: readonly string[];
  /** Notices that are true and vaguer: they count half. */
  readonly vaguer?: readonly string[];
  /** A fact that is reached from the main finding: a row of this log between the two hosts has the text. */
  readonly fact?: readonly [log: string, text: string];
}

/** Findings by name that the product looks for; others are counted as not looked for. */
export const NAMINGS: Readonly<Record<string, Naming>> = {
  "remote-service-create": { notes: ["Lateral::Remote_Service_Created"] },
  "service-name-in-clear": { notes: ["Lateral::Remote_Service_Created"] },
  "remote-service-start": { notes: ["Lateral::Remote_Service_Started"] },
  "remote-service-delete": { notes: ["Lateral::Remote_Service_Deleted"] },
  "remote-service-stop": {
    notes: ["Lateral::Remote_Service_Stopped"],
    vaguer: ["Lateral::Remote_Service_Controlled"],
  },
  "local-admin-sweep": { notes: ["Lateral::Service_Manager_Opened"] },
  "scheduled-task-remote-create": { notes: ["Lateral::Remote_Task_Created"] },
  "wmi-remote-exec": { notes: ["Lateral::WMI_Execution"] },
  "wmi-remote-query": { notes: ["Lateral::WMI_Query"] },
  "wmi-remote-write": { notes: ["Lateral::WMI_Write"] },
  "dcom-remote-exec": { notes: ["Lateral::DCOM_Execution"] },
  "dcom-invoke": { notes: ["Lateral::DCOM_Execution"] },
  "dcom-activation": { notes: [], fact: ["dce_rpc", "Remote"] },
  "admin-share-file-write": { notes: ["Lateral::Admin_Share_File_Written"] },
  "admin-share-connect": { notes: [], fact: ["smb_mapping", "$"] },
  dcsync: { notes: ["Lateral::DCSync"] },
  "dpapi-backupkey-retrieval": { notes: ["Lateral::Domain_Backup_Key_Read"] },
  zerologon: { notes: ["Lateral::Zerologon_Attempt", "Lateral::Zerologon_Success"] },
  "zerologon-attempt": { notes: ["Lateral::Zerologon_Attempt"] },
  "zerologon-success": { notes: ["Lateral::Zerologon_Success"] },
  "machine-password-reset": { notes: ["Lateral::Machine_Password_Reset"] },
  "coerced-authentication": {
    notes: ["Lateral::Coerced_Authentication"],
    vaguer: ["Lateral::Coerced_Authentication_Attempt"],
  },
  "coerced-authentication-attempt": { notes: ["Lateral::Coerced_Authentication_Attempt"] },
  "machine-account-logon-to-attacker": { notes: ["Lateral::Coerced_Authentication"] },
  "ntlm-logon": { notes: [], fact: ["ntlm", ""] },
  eternalblue: { notes: ["Lateral::EternalBlue"], vaguer: ["Lateral::SMB1_Transaction_Confusion"] },
  eternalromance: {
    notes: ["Lateral::EternalRomance"],
    vaguer: ["Lateral::SMB1_Transaction_Confusion"],
  },
  "doublepulsar-probe": { notes: ["Lateral::DoublePulsar_Probe"] },
  "doublepulsar-answer": {
    notes: ["Lateral::DoublePulsar_Installed"],
    vaguer: ["Lateral::DoublePulsar_Probe"],
  },
  "session-enumeration": { notes: ["Recon::Sessions_Listed"] },
  "share-enumeration": { notes: ["Recon::Shares_Listed"] },
  "group-enumeration": { notes: ["Recon::Group_Members_Listed"] },
  "group-lookup": { notes: [], fact: ["dce_rpc", "SamrLookupNamesInDomain"] },
};
