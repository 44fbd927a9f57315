/**
 * Interfaces by UUID with the names that Zeek gives them; the numbers are those of Microsoft's open
 * specifications (MS-RPCE and the documents of each protocol). One a line: UUID, name.
 */
export const ENDPOINT_NAMES = `
367abb81-9844-35f1-ad32-98f038001003 svcctl
86d35949-83c9-4044-b424-db363231fd0c ITaskSchedulerService
378e52b0-c0a9-11cf-822d-00aa0051e40f sasec
1ff70682-0a51-30e8-076d-740be8cee98b atsvc
0a74ef1c-41a4-4e06-83ae-dc74fb1cdd53 idletask
906b0ce0-c70b-1067-b317-00dd010662da IXnRemote
ae33069b-a2a8-46ee-a235-ddfd339be281 IRPCRemoteObject
0b6edbfa-4a24-4fc6-8a23-942b1eca65d1 IRPCAsyncNotify
afa8bd80-7d8a-11c9-bef4-08002b102989 mgmt
f5cc59b4-4264-101a-8c59-08002b2f8426 FrsRpc
000001a0-0000-0000-c000-000000000046 IRemoteSCMActivator
00000143-0000-0000-c000-000000000046 IRemUnknown2
12345778-1234-abcd-ef00-0123456789ab lsarpc
76f03f96-cdfd-44fc-a22c-64950a001209 IRemoteWinspool
12345678-1234-abcd-ef00-01234567cffb netlogon
e3514235-4b06-11d1-ab04-00c04fc2dcd2 drsuapi
5261574a-4572-206e-b268-6b199213b4e4 AsyncEMSMDB
4d9f4ab8-7d1c-11cf-861e-0020af6e7c57 IActivation
99fcfec4-5260-101b-bbcb-00aa0021347a IObjectExporter
e1af8308-5d1f-11c9-91a4-08002b14a0fa epmapper
12345778-1234-abcd-ef00-0123456789ac samr
4b324fc8-1670-01d3-1278-5a47bf6ee188 srvsvc
45f52c28-7f9f-101a-b52b-08002b2efabe winspipe
6bffd098-a112-3610-9833-46c3f87e345a wkssvc
3919286a-b10c-11d0-9ba8-00c04fd92ef5 dssetup
12345678-1234-abcd-ef00-0123456789ab spoolss
1544f5e0-613c-11d1-93df-00c04fd7bd09 exchange_rfr
f5cc5a18-4264-101a-8c59-08002b2f8426 nspi
a4f1db00-ca47-1067-b31f-00dd010662da exchange_mapi
9556dc99-828c-11cf-a37e-00aa003240c7 IWbemServices
f309ad18-d86a-11d0-a075-00c04fb68820 IWbemLevel1Login
d4781cd6-e5d3-44df-ad94-930efe48a887 IWbemLoginClientID
44aca674-e8fc-11d0-a07c-00c04fb68820 IWbemContext interface
674b6698-ee92-11d0-ad71-00c04fd8fdff IWbemContext unmarshaler
dc12a681-737f-11cf-884d-00aa004b2e24 IWbemClassObject interface
4590f812-1d3a-11d0-891f-00aa004b2e24 IWbemClassObject unmarshaler
9a653086-174f-11d2-b5f9-00104b703efd IWbemClassObject interface
c49e32c6-bc8b-11d2-85d4-00105a1f8304 IWbemBackupRestoreEx interface
7c857801-7381-11cf-884d-00aa004b2e24 IWbemObjectSink interface
027947e1-d731-11ce-a357-000000000001 IEnumWbemClassObject interface
44aca675-e8fc-11d0-a07c-00c04fb68820 IWbemCallResult interface
c49e32c7-bc8b-11d2-85d4-00105a1f8304 IWbemBackupRestore interface
a359dec5-e813-4834-8a2a-ba7f1d777d76 IWbemBackupRestoreEx interface
f1e9c5b2-f59b-11d2-b362-00105a1f8177 IWbemRemoteRefresher interface
2c9273e0-1dc3-11d3-b364-00105a1f8177 IWbemRefreshingServices interface
423ec01e-2e35-11d2-b604-00104b703efd IWbemWCOSmartEnum interface
1c1c45ee-4395-11d2-b60b-00104b703efd IWbemFetchSmartEnum interface
541679AB-2E5F-11d3-B34E-00104BCC4B4A IWbemLoginHelper interface
51c82175-844e-4750-b0d8-ec255555bc06 KMS
50abc2a4-574d-40b3-9d66-ee4fd5fba076 dnsserver
3faf4738-3a21-4307-b46c-fdda9bb8c0d5 AudioSrv
c386ca3e-9061-4a72-821e-498d83be188f AudioRpc
6bffd098-a112-3610-9833-012892020162 browser
91ae6020-9e3c-11cf-8d7c-00aa00c091be ICertPassage
c8cb7687-e6d3-11d2-a958-00c04f682e16 DAV RPC SERVICE
82273fdc-e32a-18c3-3f78-827929dc23ea eventlog
3d267954-eeb7-11d1-b94e-00c04fa3080d HydraLsPipe
894de0c0-0d55-11d3-a322-00c04fa321a1 InitShutdown
d95afe70-a6d5-4259-822e-2c84da1ddb0d WindowsShutdown
8d0ffe72-d252-11d0-bf8f-00c04fd9126b IKeySvc
68b58241-c259-4f03-a2e5-a2651dcbc930 IKeySvc2
0d72a7d4-6148-11d1-b4aa-00c04fb66ea0 ICertProtect
f50aac00-c7f3-428e-a022-a6b71bfb9d43 ICatDBSvc
338cd001-2244-31f1-aaaa-900038001003 winreg
3dde7c30-165d-11d1-ab8f-00805f14db40 BackupKey
3c4728c5-f0ab-448b-bda1-6ce01eb0a6d5 RpcSrvDHCPC
3c4728c5-f0ab-448b-bda1-6ce01eb0a6d6 dhcpcsvc6
2f59a331-bf7d-48cb-9ec5-7c090d76e8b8 lcrpc
5ca4a760-ebb1-11cf-8611-00a0245420ed winstation_rpc
12b81e99-f207-4a4c-85d3-77b42f76fd14 ISeclogon
d6d70ef0-0e3b-11cb-acc3-08002b1d29c3 NsiS
d3fbb514-0e3b-11cb-8fad-08002b1d29c3 NsiC
d6d70ef0-0e3b-11cb-acc3-08002b1d29c4 NsiM
17fdd703-1827-4e34-79d4-24a55c53bb37 msgsvc
5a7b91f8-ff00-11d0-a9b2-00c04fb6e6fc msgsvcsend
8d9f4e40-a03d-11ce-8f69-08003e30051b pnp
57674cd0-5200-11ce-a897-08002b2e9c6d lls_license
342cfd40-3c6c-11ce-a893-08002b2e9c6d llsrpc
4fc742e0-4a10-11cf-8273-00aa004ae673 netdfs
83da7c00-e84f-11d2-9807-00c04f8ec850 sfcapi
2f5f3220-c126-1076-b549-074d078619da nddeapi
0b1c2170-5732-4e0e-8cd3-d9b16f3b84d7 authzr
e3d0d746-d2af-40fd-8a7a-0d7078bb7092 BitsPeerAuth
b97db8b2-4c63-11cf-bff6-08002be23f2f clusapi
d61a27c6-8f53-11d0-bfa0-00a024151983 CNtmsSvr
6bffd098-a112-3610-9833-46c3f874532d dhcpsrv
5b821720-f63b-11d0-aad2-00c04fc324db dhcpsrv2
8f09f000-b7ed-11ce-bbd2-00001a181cad dimsvc
7c44d7d4-31d5-424c-bd5e-2b3e1f323d22 dsaop
77df7a80-f298-11d0-8358-00a024c480a8 dscomm
708cca10-9569-11d1-b2a5-0060977d8118 dscomm2
df1941c5-fe89-4e79-bf10-463657acf44d efsrpc
c681d488-d850-11d0-8c52-00c04fd90f7e efsrpc2
ea0a3165-4834-11d2-a6f8-00c04fa346cc fax
6099fc12-3eff-11d0-abd0-00c04fd91a4e faxclient
a8e0653c-2744-4389-a61d-7373df8b2292 FileServerVssAgent
897e2e5f-93f3-4376-9c9c-fd2277495c27 FrsTransport
4bb8ab1d-9ef9-4100-8eb6-dd4b4e418b72 IADProxy
c4b0c7d9-abe0-4733-a1e1-9fdedf260c7a IADProxy2
03837516-098b-11d8-9414-505054503030 IAlertDataCollector
0383751a-098b-11d8-9414-505054503030 IApiTracingDataCollector
d99e6e71-fc88-11d0-b498-00a0c90312f3 ICertAdminD
7fe0d935-dda6-443f-85d0-1cfb58fe41dd ICertAdminD2
d99e6e70-fc88-11d0-b498-00a0c90312f3 ICertRequestD
5422fd3a-d4b8-4cef-a12e-e87d4ca22e90 ICertRequestD2
879c8bbe-41b0-11d1-be11-00c04fb6bf70 IClientSink
03837514-098b-11d8-9414-505054503030 IConfigurationDataCollector
038374ff-098b-11d8-9414-505054503030 IDataCollector
03837502-098b-11d8-9414-505054503030 IDataCollectorCollection
03837520-098b-11d8-9414-505054503030 IDataCollectorSet
03837524-098b-11d8-9414-505054503030 IDataCollectorSetCollection
03837541-098b-11d8-9414-505054503030 IDataManager
00020400-0000-0000-c000-000000000046 IDispatch
d2d79df7-3400-11d0-b40b-00aa005ff586 IDMNotify
3a410f21-553f-11d1-8e5e-00a0c92c9d5d IDMRemoteServer
00020404-0000-0000-c000-000000000046 IEnumVARIANT
f6beaff7-1e19-4fbb-9f8f-b89e2018337c IEventService
03837543-098b-11d8-9414-505054503030 IFolderAction
03837544-098b-11d8-9414-505054503030 IFolderActionCollection
7c4e1804-e342-483d-a43e-a850cfcc8d18 IIISApplicationAdmin
bd0c73bc-805b-4043-9c30-9a28d64dd7d2 IIISCertObj
e8fb8620-588f-11d2-9d61-00c04f79c5fe IIisServiceControl
c3fcc19e-a970-11d2-8b5a-00a0c9b7c9c4 IManagedObject
034634fd-ba3f-11d1-856a-00a0c944138c IManageTelnetSessions
081e7188-c080-4ff3-9238-29f66d6cabfd IMessenger
8298d101-f992-43b7-8eca-5052d885b995 IMSAdminBase2W
f612954d-3b0b-4c56-9563-227b7be624b4 IMSAdminBase3W
70b51430-b6ca-11d0-b9b9-00a0c922e750 IMSAdminBaseW
82ad4280-036b-11cf-972c-00aa006887b0 inetinfo
4e934f30-341a-11d1-8fb1-00a024cb6019 INtmsLibraryControl1
db90832f-6910-4d46-9f5e-9fd6bfa73903 INtmsLibraryControl2
d02e4be0-3419-11d1-8fb1-00a024cb6019 INtmsMediaServices1
bb39332c-bfee-4380-ad8a-badc8aff5bb6 INtmsNotifySink
69ab7050-3059-11d1-8faf-00a024cb6019 INtmsObjectInfo1
b057dc50-3059-11d1-8faf-00a024cb6019 INtmsObjectManagement1
895a2c86-270d-489d-a6c0-dc2a9b35280e INtmsObjectManagement2
3bbed8d9-2c9a-4b21-8936-acb2f995be6c INtmsObjectManagement3
8da03f40-3419-11d1-8fb1-00a024cb6019 INtmsSession1
784b693d-95f3-420b-8126-365c098659f2 IOCSPAdminD
833e4100-aff7-4ac3-aac2-9f24c1457bce IPCHCollection
833e4200-aff7-4ac3-aac2-9f24c1457bce IPCHService
03837506-098b-11d8-9414-505054503030 IPerformanceCounterDataCollector
f120a684-b926-447f-9df4-c966cb785648 IRASrv
6619a740-8154-43be-a186-0319578e02db IRemoteDispatch
66a2db22-d706-11d0-a37b-00c04fc9da04 IRemoteICFICSConfig
6139d8a4-e508-4ebb-bac7-d7f275145897 IRemoteIPV6Config
66a2db1b-d706-11d0-a37b-00c04fc9da04 IRemoteNetworkConfig
66a2db20-d706-11d0-a37b-00c04fc9da04 IRemoteRouterRestart
66a2db21-d706-11d0-a37b-00c04fc9da04 IRemoteSetDnsConfig
5ff9bdf6-bd91-4d8b-a614-d6317acc8dd8 IRemoteSstpCertCheck
67e08fc2-2984-4b62-b92e-fc1aae64bbbb IRemoteStringIdConfig
00000131-0000-0000-c000-000000000046 IRemUnknown
c5cebee2-9df5-4cdd-a08c-c2471bc144b4 IResourceManager
2a3eb639-d134-422d-90d8-aaa1b5216202 IResourceManager2
7d07f313-a53f-459a-bb12-012c15b1846e IRobustNtmsMediaServices1
833e41aa-aff7-4ac3-aac2-9f24c1457bce ISAFSession
0383753a-098b-11d8-9414-505054503030 ISchedule
0383753d-098b-11d8-9414-505054503030 IScheduleCollection
b9785960-524f-11df-8b6d-83dcded72085 ISDKey
e65e8028-83e8-491b-9af7-aaf6bd51a0ce IServerHealthReport
20d15747-6c48-4254-a358-65039fd8c63c IServerHealthReport2
8165b19e-8d3a-4d0b-80c8-97de310db583 IServicedComponentInfo
112b1dff-d9dc-41f7-869f-d67fee7cb591 ITpmVirtualSmartCardManager
fdf8a2b9-02de-47f4-bc26-aa85ab5e5267 ITpmVirtualSmartCardManager2
3c745a97-f375-4150-be17-5950f694c699 ITpmVirtualSmartCardManager3
1a1bb35f-abb8-451c-a1ae-33d98f1bef4a ITpmVirtualSmartCardManagerStatusCallback
0383750b-098b-11d8-9414-505054503030 ITraceDataCollector
03837512-098b-11d8-9414-505054503030 ITraceDataProvider
03837510-098b-11d8-9414-505054503030 ITraceDataProviderCollection
00020403-0000-0000-c000-000000000046 ITypeComp
00020401-0000-0000-c000-000000000046 ITypeInfo
00020412-0000-0000-c000-000000000046 ITypeInfo2
00020402-0000-0000-c000-000000000046 ITypeLib
00020411-0000-0000-c000-000000000046 ITypeLib2
00000000-0000-0000-c000-000000000046 IUnknown
03837534-098b-11d8-9414-505054503030 IValueMap
03837533-098b-11d8-9414-505054503030 IValueMapItem
d2d79df5-3400-11d0-b40b-00aa005ff586 IVolumeClient
4bdafc52-fe6a-11d2-93f8-00105a11164a IVolumeClient2
135698d2-3a37-4d26-99df-e2bb6ae3ac61 IVolumeClient3
deb01010-3a37-4d26-99df-e2bb6ae3ac61 IVolumeClient4
214a0f28-b737-4026-b847-4f9e37d79529 IVssDifferentialSoftwareSnapshotMgmt
01954e6b-9254-4e6e-808c-c9e05d007696 IVssEnumMgmtObject
ae1c7110-2f60-11d3-8a39-00c04f72d8e3 IVssEnumObject
fa7df749-66e7-4986-a27f-e2f04ae53772 IVssSnapshotMgmt
29822ab7-f302-11d0-9953-00c04fd919c1 IWamAdmin
29822ab8-f302-11d0-9953-00c04fd919c1 IWamAdmin2
4f7ca01c-a9e5-45b6-b142-2332a1339c1d IWRMAccounting
481e06cf-ab04-4498-8ffe-124a0a34296d IWRMCalendar
21546ae8-4da5-445e-987f-627fea39c5e8 IWRMConfig
943991a5-b3fe-41fa-9696-7f7b656ee34b IWRMMachineGroup
59602eb6-57b0-4fd8-aa4b-ebf06971fe15 IWRMPolicy
f31931a9-832d-481c-9503-887a0e6a79f0 IWRMProtocol
fc910418-55ca-45ef-b264-83d4ce7d30e0 IWRMRemoteSessionMgmt
bc681469-9dd9-4bf4-9b3d-709f69efe431 IWRMResourceGroup
e33c0cc4-0482-101a-bc0c-02608c6ba218 locator
afc07e2e-311c-4435-808c-c483ffeec7c9 lsacap
22e5386d-8b12-4bf0-b0ec-6a1ea419e366 NetEventForwarder
d049b186-814f-11d1-9a3c-00c04fc9b232 NtFrsApi
da5a86c5-12c2-4943-ab30-7f74a813d853 PerflibV2
1088a980-eae5-11d0-8d9b-00a02453c337 qm2qm
fdb3a030-065f-11d1-bb9b-00a024ea5525 qmcomm
76d12b80-3467-11d3-91ff-0090272f9ea3 qmcomm2
41208ee0-e970-11d1-9b9e-00e02c064c39 qmmgmt
20610036-fa22-11cf-9823-00a0c911e5df rasrpc
497d95a6-2d27-4bf5-9bbd-a6046957133c RCMListener
bde95fdf-eee0-45de-9e12-e5a61cd0d4fe RCMPublic
6b5bdd1e-528c-422c-af8c-a4079be4fe48 RemoteFW
1a9134dd-7b39-45ba-ad88-44d01ca47f28 RemoteRead
2f5f6521-ca47-1068-b319-00dd010662db remotesp
1257b580-ce2f-4109-82d6-a9459d0bf6bc SessEnvPublicRpc
4b112204-0e19-11d3-b42b-0000f81feb9f ssdpsrv
2f5f6520-ca46-1067-b319-00dd010662da tapsrv
88143fd0-c28d-4b2b-8fef-8d882f6a9390 TermServEnumeration
11899a43-2b68-4a76-92e3-a3d6ad8c26ce TermServNotification
484809d6-4239-471b-b5bc-61df8c23ac48 TermSrvSession
4da1c422-943d-11d1-acae-00c04fc2aa3f trksvr
300f3532-38cc-11d0-a3f0-0020af6b0add trkwks
44e265dd-7daf-42cd-8560-3cdb6e7a2729 TsProxyRpcInterface
53b46b02-c73b-4a3e-8dee-b16b80672fc0 TSVIPPublic
8fb6d884-2388-11d0-8c35-00c04fda2795 W32Time
1a927394-352e-4553-ae3f-7cf4aafca620 WdsRpcInterface
811109bf-a4e1-11d1-ab54-00a0c91e9b45 winsi2
ccd8c074-d0e5-4a40-92b4-d074faa6ba28 Witness
`;
