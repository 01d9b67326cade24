<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>jiagu::BusyBar</name>
    <message>
        <source>The node has been asked to roll back: %1</source>
        <translation>已请求节点回滚：%1</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 秒</translation>
    </message>
    <message>
        <source>Cancel and roll back</source>
        <translation>取消并回滚</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>jiagu::ChangeModel</name>
    <message>
        <source>%1 nodes: %2</source>
        <translation>%1 个节点：%2</translation>
    </message>
    <message>
        <source>reviewed</source>
        <translation>已审阅</translation>
    </message>
    <message>
        <source>not reviewed</source>
        <translation>未审阅</translation>
    </message>
</context>
<context>
    <name>jiagu::ClusterModel</name>
    <message>
        <source>Waived</source>
        <translation>已豁免</translation>
    </message>
    <message>
        <source>%1 · %2</source>
        <translation>%1 · %2</translation>
    </message>
    <message>
        <source>Command line</source>
        <translation>命令行</translation>
    </message>
    <message>
        <source>Cluster</source>
        <translation>集群</translation>
    </message>
    <message>
        <source>Workloads</source>
        <translation>工作负载</translation>
    </message>
    <message>
        <source>Operating system</source>
        <translation>操作系统</translation>
    </message>
    <message>
        <source>%1 failed</source>
        <translation>%1 项不通过</translation>
    </message>
    <message>
        <source>%1 unknown</source>
        <translation>%1 项未知</translation>
    </message>
    <message>
        <source>%1 to check</source>
        <translation>%1 项需核查</translation>
    </message>
    <message>
        <source>Passed</source>
        <translation>通过</translation>
    </message>
    <message>
        <source>, </source>
        <comment>between counts</comment>
        <translation>，</translation>
    </message>
    <message>
        <source>Not read</source>
        <translation>未读取</translation>
    </message>
    <message>
        <source>Setting</source>
        <translation>配置项</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>结论</translation>
    </message>
    <message>
        <source>%1 in error</source>
        <translation>%1 项检查出错</translation>
    </message>
</context>
<context>
    <name>jiagu::ConnectDialog</name>
    <message>
        <source>Private key</source>
        <translation>私钥</translation>
    </message>
    <message>
        <source>Connect to a node</source>
        <translation>连接节点</translation>
    </message>
    <message>
        <source>&amp;Node ([user@]host[:port]):</source>
        <translation>节点（[用户@]主机[:端口]）(&amp;N)：</translation>
    </message>
    <message>
        <source>&amp;Private key file:</source>
        <translation>私钥文件(&amp;P)：</translation>
    </message>
    <message>
        <source>Choose a private key file</source>
        <translation>选择私钥文件</translation>
    </message>
    <message>
        <source>Pass&amp;word or passphrase:</source>
        <translation>口令或私钥口令(&amp;W)：</translation>
    </message>
    <message>
        <source>&amp;Elevate with sudo (the user is not root)</source>
        <translation>使用 sudo 提权（用户不是 root）(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Connect</source>
        <translation>连接(&amp;C)</translation>
    </message>
    <message>
        <source>Use the keys of the SSH &amp;agent</source>
        <translation>使用 SSH 代理中的密钥(&amp;A)</translation>
    </message>
    <message>
        <source>Leave the key file empty to log in with a key of the SSH agent or with a password. What is not entered here is asked for when it is needed. Connecting only reads; nothing is changed on the node.</source>
        <translation>使用 SSH 代理中的密钥或口令登录时，私钥文件留空。此处未填写的内容会在需要时询问。连接只读取信息，不会变更节点上的任何内容。</translation>
    </message>
</context>
<context>
    <name>jiagu::DiffView</name>
    <message>
        <source>Changes</source>
        <translation>变更内容</translation>
    </message>
    <message>
        <source>Changes, before</source>
        <translation>变更内容，变更前</translation>
    </message>
    <message>
        <source>Changes, after</source>
        <translation>变更内容，变更后</translation>
    </message>
</context>
<context>
    <name>jiagu::Explanation</name>
    <message>
        <source>not set</source>
        <translation>未设置</translation>
    </message>
    <message>
        <source>Mode</source>
        <translation>权限</translation>
    </message>
    <message>
        <source>Owner</source>
        <translation>属主</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Modified</source>
        <translation>修改时间</translation>
    </message>
    <message>
        <source>SHA-256</source>
        <translation>SHA-256 摘要</translation>
    </message>
    <message>
        <source>Masked</source>
        <translation>已遮盖</translation>
    </message>
    <message>
        <source>Secrets in this file are shown as asterisks. It is judged, but never changed.</source>
        <translation>此文件中的机密内容以星号显示。文件会被检查，但绝不会被变更。</translation>
    </message>
    <message>
        <source>Changed while read</source>
        <translation>读取期间发生变化</translation>
    </message>
    <message>
        <source>The file changed while it was read. Read the node again before changing it.</source>
        <translation>读取过程中文件发生了变化。请先重新读取节点，再进行变更。</translation>
    </message>
    <message>
        <source>Cluster %1</source>
        <translation>集群 %1</translation>
    </message>
    <message>
        <source>Kubernetes</source>
        <translation>Kubernetes 版本</translation>
    </message>
    <message>
        <source>Identity</source>
        <translation>标识</translation>
    </message>
    <message>
        <source>API read from</source>
        <translation>API 数据来自</translation>
    </message>
    <message>
        <source>At</source>
        <translation>读取时间</translation>
    </message>
    <message>
        <source>Rules</source>
        <translation>规则包</translation>
    </message>
    <message>
        <source>Waived</source>
        <translation>已豁免</translation>
    </message>
    <message>
        <source>What is not known</source>
        <translation>未知内容</translation>
    </message>
    <message>
        <source>Role</source>
        <translation>角色</translation>
    </message>
    <message>
        <source>control plane</source>
        <translation>控制平面</translation>
    </message>
    <message>
        <source>worker</source>
        <translation>工作节点</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>kubelet</source>
        <translation>kubelet 版本</translation>
    </message>
    <message>
        <source>Read from</source>
        <translation>读取自</translation>
    </message>
    <message>
        <source>Not read</source>
        <translation>未读取</translation>
    </message>
    <message>
        <source>This node is known from the API only. Connect to it, or open its snapshot, to judge it.</source>
        <translation>仅从 API 得知此节点。请连接该节点或打开其快照，以便进行检查。</translation>
    </message>
    <message>
        <source>Release</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>running, process %1</source>
        <translation>运行中，进程号 %1</translation>
    </message>
    <message>
        <source>not running</source>
        <translation>未运行</translation>
    </message>
    <message>
        <source>Since</source>
        <translation>启动时间</translation>
    </message>
    <message>
        <source>Manifest</source>
        <translation>清单文件</translation>
    </message>
    <message>
        <source>Why it does not count</source>
        <translation>不计入的原因</translation>
    </message>
    <message>
        <source>In force</source>
        <translation>当前生效</translation>
    </message>
    <message>
        <source>Expected</source>
        <translation>期望值</translation>
    </message>
    <message>
        <source>Actual</source>
        <translation>生效值</translation>
    </message>
    <message>
        <source>From</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Overrides</source>
        <translation>覆盖了</translation>
    </message>
    <message>
        <source>Why it matters</source>
        <translation>为什么重要</translation>
    </message>
    <message>
        <source>What would change</source>
        <translation>将会变更什么</translation>
    </message>
    <message>
        <source>Why this program cannot change it now</source>
        <translation>本程序现在无法变更的原因</translation>
    </message>
    <message>
        <source>What is interrupted</source>
        <translation>将中断什么</translation>
    </message>
    <message>
        <source>By hand</source>
        <translation>需人工处理</translation>
    </message>
    <message>
        <source>This program only judges this setting; the change is yours to make.</source>
        <translation>本程序仅检查此配置项，需要您自行变更。</translation>
    </message>
    <message>
        <source>What may break</source>
        <translation>可能的影响</translation>
    </message>
    <message>
        <source>References</source>
        <translation>参考资料</translation>
    </message>
</context>
<context>
    <name>jiagu::HistoryDialog</name>
    <message>
        <source>No change set has been applied from this computer yet.</source>
        <translation>此计算机尚未应用过任何变更集。</translation>
    </message>
    <message>
        <source>Connect to the nodes of this change set to take it back. The diff shows what that would do.</source>
        <translation>要撤回此变更集，请先连接其涉及的节点。差异显示撤回后的内容变化。</translation>
    </message>
    <message>
        <source>This session is read-only. Choose “Allow changes” in the Change menu first.</source>
        <translation>当前会话为只读。请先在“变更”菜单中选择“允许变更”。</translation>
    </message>
    <message>
        <source>Enter the name of the operator on the review page first: it is recorded with the change.</source>
        <translation>请先在审阅页填写操作人姓名，该姓名会随变更一起记录。</translation>
    </message>
    <message>
        <source>Change history</source>
        <translation>变更历史</translation>
    </message>
    <message>
        <source>Change sets</source>
        <translation>变更集</translation>
    </message>
    <message>
        <source>What taking it back would change</source>
        <translation>还原将带来的变化</translation>
    </message>
    <message>
        <source>Journal</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>&amp;Restore the bytes from before</source>
        <translation>还原为变更前的内容(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Ask the node how it ended</source>
        <translation>向节点查询结果(&amp;A)</translation>
    </message>
    <message>
        <source>%1 · %2 · undecided</source>
        <translation>%1 · %2 · 结果未定</translation>
    </message>
    <message>
        <source>%1 · %2</source>
        <translation>%1 · %2</translation>
    </message>
</context>
<context>
    <name>jiagu::MainWindow</name>
    <message>
        <source>Recording: read-only</source>
        <translation>记录数据：只读</translation>
    </message>
    <message>
        <source>⚠ Changes are allowed</source>
        <translation>⚠ 已允许变更</translation>
    </message>
    <message>
        <source>Read-only</source>
        <translation>只读</translation>
    </message>
    <message>
        <source>Jiagu</source>
        <translation>加固</translation>
    </message>
    <message>
        <source>%1 — Jiagu</source>
        <translation>%1 — 加固</translation>
    </message>
    <message>
        <source>Open snapshots of one cluster</source>
        <translation>打开同一集群的快照</translation>
    </message>
    <message>
        <source>Snapshots (*.jiagu-snapshot);;All files (*)</source>
        <translation>快照 (*.jiagu-snapshot);;所有文件 (*)</translation>
    </message>
    <message>
        <source>About Jiagu</source>
        <translation>关于加固</translation>
    </message>
    <message>
        <source>Jiagu %1: reads Kubernetes nodes over SSH, judges what is in force, and changes it safely. Licence: Apache-2.0. Built with Qt %2, libssh and yaml-cpp.</source>
        <translation>加固 %1：通过 SSH 读取 Kubernetes 节点，检查当前生效的配置，并安全地进行变更。许可证：Apache-2.0。使用 Qt %2、libssh 和 yaml-cpp 构建。</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>文件(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Connect…</source>
        <translation>连接(&amp;C)…</translation>
    </message>
    <message>
        <source>&amp;Open snapshot…</source>
        <translation>打开快照(&amp;O)…</translation>
    </message>
    <message>
        <source>Open sa&amp;mple</source>
        <translation>打开示例(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Rescan</source>
        <translation>重新扫描(&amp;R)</translation>
    </message>
    <message>
        <source>C&amp;lose cluster</source>
        <translation>关闭集群(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>退出(&amp;Q)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>视图(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Filter</source>
        <translation>过滤(&amp;F)</translation>
    </message>
    <message>
        <source>F&amp;ailures only</source>
        <translation>仅显示不通过项(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Next failure or change</source>
        <translation>下一处不通过或变更(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Previous failure or change</source>
        <translation>上一处不通过或变更(&amp;P)</translation>
    </message>
    <message>
        <source>Next pan&amp;e</source>
        <translation>下一个窗格(&amp;E)</translation>
    </message>
    <message>
        <source>E&amp;xpand all</source>
        <translation>全部展开(&amp;X)</translation>
    </message>
    <message>
        <source>&amp;Collapse all</source>
        <translation>全部折叠(&amp;C)</translation>
    </message>
    <message>
        <source>Problems</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>P&amp;roblems</source>
        <translation>问题列表(&amp;R)</translation>
    </message>
    <message>
        <source>Clear pro&amp;blems</source>
        <translation>清空问题列表(&amp;B)</translation>
    </message>
    <message>
        <source>&amp;Theme</source>
        <translation>主题(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;System</source>
        <translation>跟随系统(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Light</source>
        <translation>浅色(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Dark</source>
        <translation>深色(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Change</source>
        <translation>变更(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Allow changes</source>
        <translation>允许变更(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Review changes</source>
        <translation>审阅变更(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Findings</source>
        <translation>检查结果(&amp;F)</translation>
    </message>
    <message>
        <source>A&amp;pply what is shown</source>
        <translation>应用所示变更(&amp;P)</translation>
    </message>
    <message>
        <source>Change &amp;history…</source>
        <translation>变更历史(&amp;H)…</translation>
    </message>
    <message>
        <source>&amp;Language</source>
        <translation>语言(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>帮助(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;About Jiagu</source>
        <translation>关于加固(&amp;A)</translation>
    </message>
    <message>
        <source>Connect the other no&amp;des</source>
        <translation>连接其他节点(&amp;D)</translation>
    </message>
    <message>
        <source>Log in to a node over SSH and read it</source>
        <translation>通过 SSH 登录节点并读取</translation>
    </message>
    <message>
        <source>Connect the nodes of this cluster that were not read, with the way in to the first</source>
        <translation>以首个节点的登录方式连接本集群中尚未读取的节点</translation>
    </message>
    <message>
        <source>Connect to the nodes of the session that is open</source>
        <translation>重新连接当前会话中的节点</translation>
    </message>
    <message>
        <source>Open recordings of nodes of one cluster</source>
        <translation>打开同一集群的节点快照</translation>
    </message>
    <message>
        <source>Open a session that was saved</source>
        <translation>打开已保存的会话</translation>
    </message>
    <message>
        <source>Look around in a recorded cluster</source>
        <translation>查看已录制的示例集群</translation>
    </message>
    <message>
        <source>Read the connected nodes again</source>
        <translation>重新读取已连接的节点</translation>
    </message>
    <message>
        <source>Save what is open to its file</source>
        <translation>将当前内容保存到会话文件</translation>
    </message>
    <message>
        <source>Save what is open to another file</source>
        <translation>将当前内容另存为会话文件</translation>
    </message>
    <message>
        <source>Write the findings and changes to a report</source>
        <translation>将检查结果和变更写入报告</translation>
    </message>
    <message>
        <source>Close what is open and go back to the start page</source>
        <translation>关闭当前内容并回到起始页</translation>
    </message>
    <message>
        <source>Close the window</source>
        <translation>关闭窗口</translation>
    </message>
    <message>
        <source>Go to the filter of the findings</source>
        <translation>转到检查结果的筛选框</translation>
    </message>
    <message>
        <source>Show only what fails</source>
        <translation>只显示不通过的项</translation>
    </message>
    <message>
        <source>Go to the next failure, in the review to the next change</source>
        <translation>转到下一个不通过项；审阅时转到下一处变更</translation>
    </message>
    <message>
        <source>Go to the previous failure, in the review to the previous change</source>
        <translation>转到上一个不通过项；审阅时转到上一处变更</translation>
    </message>
    <message>
        <source>Move between filter, tree, document and explanation</source>
        <translation>在筛选框、树、文档和说明之间切换</translation>
    </message>
    <message>
        <source>Open every branch of the tree</source>
        <translation>展开树的所有分支</translation>
    </message>
    <message>
        <source>Close the branches of the tree</source>
        <translation>折叠树的分支</translation>
    </message>
    <message>
        <source>Show or hide the list of problems</source>
        <translation>显示或隐藏问题列表</translation>
    </message>
    <message>
        <source>Empty the list of problems</source>
        <translation>清空问题列表</translation>
    </message>
    <message>
        <source>Allow this session to change nodes, or make it read-only again</source>
        <translation>允许本会话变更节点，或恢复为只读</translation>
    </message>
    <message>
        <source>Choose fixes and see every byte they change</source>
        <translation>选择整改项并查看其变更的每个字节</translation>
    </message>
    <message>
        <source>Go back to the findings</source>
        <translation>返回检查结果</translation>
    </message>
    <message>
        <source>Apply the change that the review shows</source>
        <translation>应用审阅页所示的变更</translation>
    </message>
    <message>
        <source>See earlier changes, and restore what was there before</source>
        <translation>查看以往的变更，并还原变更前的内容</translation>
    </message>
    <message>
        <source>Show what the keys do</source>
        <translation>显示各快捷键的作用</translation>
    </message>
    <message>
        <source>Show version and licence</source>
        <translation>显示版本和许可证</translation>
    </message>
    <message>
        <source>Connect a&amp;gain</source>
        <translation>重新连接(&amp;G)</translation>
    </message>
    <message>
        <source>Op&amp;en session…</source>
        <translation>打开会话(&amp;E)…</translation>
    </message>
    <message>
        <source>&amp;Save session</source>
        <translation>保存会话(&amp;S)</translation>
    </message>
    <message>
        <source>Save session &amp;as…</source>
        <translation>会话另存为(&amp;A)…</translation>
    </message>
    <message>
        <source>Save re&amp;port…</source>
        <translation>保存报告(&amp;P)…</translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts</source>
        <translation>键盘快捷键(&amp;K)</translation>
    </message>
    <message>
        <source>Open a session</source>
        <translation>打开会话</translation>
    </message>
    <message>
        <source>Save session</source>
        <translation>保存会话</translation>
    </message>
    <message>
        <source>Sessions (*.jiagu-session);;All files (*)</source>
        <translation>会话 (*.jiagu-session);;所有文件 (*)</translation>
    </message>
    <message>
        <source>Sessions (*.jiagu-session)</source>
        <translation>会话 (*.jiagu-session)</translation>
    </message>
    <message>
        <source>Saved: %1</source>
        <translation>已保存：%1</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>工具栏</translation>
    </message>
    <message>
        <source>Saved session: read-only</source>
        <translation>已保存的会话：只读</translation>
    </message>
    <message>
        <source>&amp;Mark as reviewed</source>
        <translation>标记为已审阅(&amp;M)</translation>
    </message>
    <message>
        <source>Say that you have read the change that is shown; only what was reviewed is applied</source>
        <translation>表示已读过所示的变更；只应用审阅过的内容</translation>
    </message>
    <message>
        <source>&amp;Side by side</source>
        <translation>并排显示(&amp;S)</translation>
    </message>
    <message>
        <source>Show the change as two columns, or as one</source>
        <translation>将变更显示为两栏或一栏</translation>
    </message>
    <message>
        <source>&amp;Copy as patch</source>
        <translation>复制为补丁(&amp;C)</translation>
    </message>
    <message>
        <source>Copy the change of this node for patch -p1</source>
        <translation>复制该节点的变更，供 patch -p1 使用</translation>
    </message>
    <message>
        <source>Save as pa&amp;tch…</source>
        <translation>另存为补丁(&amp;T)…</translation>
    </message>
    <message>
        <source>Write the change of this node to a file for patch -p1</source>
        <translation>将该节点的变更写入文件，供 patch -p1 使用</translation>
    </message>
    <message>
        <source>Before an &amp;upgrade…</source>
        <translation>升级前检查(&amp;U)…</translation>
    </message>
    <message>
        <source>See what of today&apos;s configuration stops a component at a later release</source>
        <translation>查看当前配置中会使组件在后续版本无法启动的内容</translation>
    </message>
    <message>
        <source>Tail&amp;oring and waivers…</source>
        <translation>定制与豁免(&amp;O)…</translation>
    </message>
    <message>
        <source>Choose the baseline, switch rules off, set values, accept risks</source>
        <translation>选择基线、关闭加固项、设定取值、接受风险</translation>
    </message>
    <message>
        <source>Accept this ris&amp;k…</source>
        <translation>接受此风险(&amp;K)…</translation>
    </message>
    <message>
        <source>Waive the finding that is selected, with a reason and a last day</source>
        <translation>豁免选中的结果，并注明理由和截止日期</translation>
    </message>
</context>
<context>
    <name>jiagu::Overview</name>
    <message>
        <source>What to do first</source>
        <translation>优先处理</translation>
    </message>
    <message>
        <source>%1 of %2 nodes read. %3 findings fail, %4 could not be checked, %5 are for a person to decide, %6 pass.</source>
        <translation>已读取 %1/%2 个节点。不通过 %3 项，未能检查 %4 项，需人工核查 %5 项，通过 %6 项。</translation>
    </message>
    <message>
        <source>Nothing fails among what could be checked. Look at what could not be checked next.</source>
        <translation>已检查的项目中没有不通过项。接下来请查看未能检查的项目。</translation>
    </message>
    <message>
        <source>Nothing fails.</source>
        <translation>没有不通过项。</translation>
    </message>
</context>
<context>
    <name>jiagu::PackDialog</name>
    <message>
        <source>Rule pack</source>
        <translation>规则包</translation>
    </message>
    <message>
        <source>Judge by this rule pack from now on, instead of the present one? It judges at once and runs nothing on a node. Before you let it change nodes, compare its SHA-256 with the one that its author names.</source>
        <translation>是否从现在起使用该规则包代替当前规则包进行核查？它会立即用于核查，不会在节点上运行任何内容。允许其变更节点之前，请将 SHA-256 与作者公布的值核对。</translation>
    </message>
    <message>
        <source>Id: %1</source>
        <translation>标识：%1</translation>
    </message>
    <message>
        <source>Version: %1</source>
        <translation>版本：%1</translation>
    </message>
    <message>
        <source>Rules: %1</source>
        <translation>加固项：%1</translation>
    </message>
    <message>
        <source>SHA-256: %1</source>
        <translation>SHA-256：%1</translation>
    </message>
    <message>
        <source>I have compared the SHA-256: fixes of this pack &amp;may change nodes</source>
        <translation>已核对 SHA-256：允许该规则包的修复变更节点(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Judge by it</source>
        <translation>用于核查(&amp;J)</translation>
    </message>
    <message>
        <source>&amp;Keep the present one</source>
        <translation>保留当前规则包(&amp;K)</translation>
    </message>
</context>
<context>
    <name>jiagu::QuestionDialog</name>
    <message>
        <source>%1 has shown a host key that is not known yet. Compare the fingerprint with the one that the administrator of the node gives you (ssh-keygen -lf on the node). Accept it only when they are equal.</source>
        <translation>%1 出示了尚未记录的主机密钥。请将指纹与该节点管理员提供的指纹（在节点上运行 ssh-keygen -lf）进行比对，一致时才可接受。</translation>
    </message>
    <message>
        <source>%1 asks for the password of %2.</source>
        <translation>%1 要求输入 %2 的口令。</translation>
    </message>
    <message>
        <source>The private key %1 for %2 is protected. Enter its passphrase.</source>
        <translation>用于 %2 的私钥 %1 受口令保护，请输入口令。</translation>
    </message>
    <message>
        <source>sudo on %1 asks for the password of %2.</source>
        <translation>%1 上的 sudo 要求输入 %2 的口令。</translation>
    </message>
    <message>
        <source>Password needed</source>
        <translation>需要口令</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>口令</translation>
    </message>
    <message>
        <source>Unknown host key</source>
        <translation>未知的主机密钥</translation>
    </message>
    <message>
        <source>&amp;Accept and remember</source>
        <translation>接受并记住(&amp;A)</translation>
    </message>
    <message>
        <source>%1 asks %2, in its own words:</source>
        <translation>%1 询问 %2，原文如下：</translation>
    </message>
    <message>
        <source>Question of the server</source>
        <translation>服务器提问</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>回答</translation>
    </message>
</context>
<context>
    <name>jiagu::ResultsPage</name>
    <message>
        <source>%1: command line of %2</source>
        <translation>%1：%2 的命令行</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 / 共 %2 项</translation>
    </message>
    <message>
        <source>Filter: rule, title, flag, node or file</source>
        <translation>过滤：加固项、标题、参数、节点或文件</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>过滤</translation>
    </message>
    <message>
        <source>Words in any order, in either language; !word leaves out</source>
        <translation>关键词顺序不限，中英文均可；!词 表示排除</translation>
    </message>
    <message>
        <source>Failures only</source>
        <translation>仅不通过项</translation>
    </message>
    <message>
        <source>Nothing matches the filter. Press Escape in the filter box to see everything again.</source>
        <translation>没有符合过滤条件的内容。在过滤框中按 Esc 可重新显示全部。</translation>
    </message>
    <message>
        <source>Findings by node</source>
        <translation>按节点列出的检查结果</translation>
    </message>
    <message>
        <source>Document</source>
        <translation>文档</translation>
    </message>
    <message>
        <source>Explanation</source>
        <translation>说明</translation>
    </message>
    <message>
        <source>&amp;Connect to this node</source>
        <translation>连接到此节点(&amp;C)</translation>
    </message>
    <message>
        <source>What to do first</source>
        <translation>优先处理</translation>
    </message>
</context>
<context>
    <name>jiagu::ReviewPage</name>
    <message>
        <source>%1 s</source>
        <translation>%1 秒</translation>
    </message>
    <message>
        <source>Change set %1, files: %2</source>
        <translation>变更集 %1，涉及 %2 个文件</translation>
    </message>
    <message>
        <source>Nothing that fails can be changed by this program.</source>
        <translation>没有本程序可以变更的不通过项。</translation>
    </message>
    <message>
        <source>Tick what is to be changed; the exact bytes are shown here before anything is done.</source>
        <translation>请勾选要变更的项；在执行任何操作之前，此处会显示确切的内容变化。</translation>
    </message>
    <message>
        <source>Another job is running.</source>
        <translation>另一项任务正在进行。</translation>
    </message>
    <message>
        <source>This is a recording: it can be reviewed, but there is no node to change. Connect to the node to apply.</source>
        <translation>这是记录数据：可以审阅，但没有可变更的节点。要应用变更，请连接节点。</translation>
    </message>
    <message>
        <source>This session is read-only. Choose “Allow changes” in the Change menu first.</source>
        <translation>当前会话为只读。请先在“变更”菜单中选择“允许变更”。</translation>
    </message>
    <message>
        <source>Enter the name of the operator: it is recorded with the change.</source>
        <translation>请填写操作人姓名，该姓名会随变更一起记录。</translation>
    </message>
    <message>
        <source>Not every node of this change set is connected.</source>
        <translation>此变更集涉及的节点尚未全部连接。</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>应用</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>还原</translation>
    </message>
    <message>
        <source>◂ &amp;Findings</source>
        <translation>◂ 检查结果(&amp;F)</translation>
    </message>
    <message>
        <source>Tick &amp;all or none</source>
        <translation>全选或全不选(&amp;A)</translation>
    </message>
    <message>
        <source>Findings that can be changed</source>
        <translation>可变更的检查结果</translation>
    </message>
    <message>
        <source>What happened</source>
        <translation>执行情况</translation>
    </message>
    <message>
        <source>What happens on the nodes is shown here.</source>
        <translation>节点上的执行情况会显示在这里。</translation>
    </message>
    <message>
        <source>&amp;Operator:</source>
        <translation>操作人(&amp;O)：</translation>
    </message>
    <message>
        <source>&amp;Ticket:</source>
        <translation>工单号(&amp;T)：</translation>
    </message>
    <message>
        <source>Re&amp;viewer:</source>
        <translation>复核人(&amp;V)：</translation>
    </message>
    <message>
        <source>Show what will be &amp;run…</source>
        <translation>查看将要执行的内容(&amp;R)…</translation>
    </message>
    <message>
        <source>A&amp;pply</source>
        <translation>应用(&amp;P)</translation>
    </message>
    <message>
        <source>Re&amp;store what was applied</source>
        <translation>还原已应用的变更(&amp;S)</translation>
    </message>
    <message>
        <source>Changes not reviewed yet: %1. Look at each and mark it as reviewed (V); untick what is not to be changed.</source>
        <translation>尚有 %1 项变更未审阅。请逐项查看并标记为已审阅（V）；不需要变更的项请取消勾选。</translation>
    </message>
    <message>
        <source>Nothing is planned yet: see what is said at the values above.</source>
        <translation>尚未生成计划：请查看上方各取值处的说明。</translation>
    </message>
    <message>
        <source>%1: nothing was copied, because a file in this patch is not UTF-8 and its bytes would not survive. Save the patch instead.</source>
        <translation>%1：未复制，因为补丁中有文件不是 UTF-8，复制会损坏其内容。请改为保存补丁。</translation>
    </message>
    <message>
        <source>The patch was copied.</source>
        <translation>补丁已复制。</translation>
    </message>
    <message>
        <source>Save as patch</source>
        <translation>保存为补丁</translation>
    </message>
    <message>
        <source>Patches (*.patch *.diff)</source>
        <translation>补丁 (*.patch *.diff)</translation>
    </message>
    <message>
        <source>The patch was saved: %1</source>
        <translation>补丁已保存：%1</translation>
    </message>
    <message>
        <source>The patch could not be saved as %1: %2. Choose another place.</source>
        <translation>补丁无法保存为 %1：%2。请选择其他位置。</translation>
    </message>
    <message>
        <source>It is for: %1</source>
        <translation>适用节点：%1</translation>
    </message>
    <message>
        <source>Owner and mode of %1 are not in it: a patch cannot say them.</source>
        <translation>其中不含 %1 的属主和权限：补丁无法表示这类变更。</translation>
    </message>
    <message>
        <source>These nodes need one of their own: %1. Choose them in the list of changes.</source>
        <translation>以下节点需要各自的补丁：%1。请在变更列表中选择。</translation>
    </message>
    <message>
        <source>%1/%2 reviewed</source>
        <translation>已审阅 %1/%2</translation>
    </message>
    <message>
        <source>Changes to review</source>
        <translation>待审阅的变更</translation>
    </message>
    <message>
        <source>What is interrupted</source>
        <translation>中断影响</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <translation>%1（%2）</translation>
    </message>
</context>
<context>
    <name>jiagu::RowView</name>
    <message>
        <source>not in the file, the fix would add it</source>
        <translation>文件中没有此行，修复时会添加</translation>
    </message>
    <message>
        <source>removed</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>added</source>
        <translation>新增</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Select all</source>
        <translation>全选</translation>
    </message>
    <message>
        <source>owner %1:%2, mode %3</source>
        <translation>属主 %1:%2，权限 %3</translation>
    </message>
    <message>
        <source>no line on this side</source>
        <translation>此侧无此行</translation>
    </message>
    <message>
        <source>no newline at the end of the file</source>
        <translation>文件末尾无换行符</translation>
    </message>
</context>
<context>
    <name>jiagu::SaveReport</name>
    <message>
        <source>Save report</source>
        <translation>保存报告</translation>
    </message>
    <message>
        <source>PDF, to print and sign (*.pdf)</source>
        <translation>PDF，用于打印和签字 (*.pdf)</translation>
    </message>
    <message>
        <source>Web page (*.html)</source>
        <translation>网页 (*.html)</translation>
    </message>
    <message>
        <source>JSON, for programs (*.json)</source>
        <translation>JSON，供程序读取 (*.json)</translation>
    </message>
</context>
<context>
    <name>jiagu::ScriptDialog</name>
    <message>
        <source>What will be run</source>
        <translation>将要执行的内容</translation>
    </message>
</context>
<context>
    <name>jiagu::ShortcutDialog</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>键盘快捷键</translation>
    </message>
    <message>
        <source>Action</source>
        <translation>操作</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>按键</translation>
    </message>
    <message>
        <source>What it does</source>
        <translation>作用</translation>
    </message>
</context>
<context>
    <name>jiagu::StartPage</name>
    <message>
        <source>Jiagu</source>
        <translation>加固</translation>
    </message>
    <message>
        <source>See what is in force on the nodes of a Kubernetes cluster, judge it against a hardening baseline, review every byte of a change, apply it, and take it back.</source>
        <translation>查看 Kubernetes 集群各节点上实际生效的配置，对照加固基线进行检查，逐字节审阅变更，应用变更，并可随时还原。</translation>
    </message>
    <message>
        <source>Log in to a node over SSH and read it. Nothing is changed by reading.</source>
        <translation>通过 SSH 登录节点并读取信息。读取不会变更任何内容。</translation>
    </message>
    <message>
        <source>Look at a recording, made with “jiagu record” or by hand on a node that cannot be reached: sh collect.sh &gt; node.jiagu-snapshot. It can also be dropped on this window.</source>
        <translation>查看记录文件：可用“jiagu record”生成，也可在无法连接的节点上手动运行 sh collect.sh &gt; node.jiagu-snapshot 生成。也可以将文件拖放到此窗口。</translation>
    </message>
    <message>
        <source>Look around in a recorded sample cluster first, without any node.</source>
        <translation>无需任何节点，先浏览一个已记录的示例集群。</translation>
    </message>
    <message>
        <source>Recent sessions</source>
        <translation>最近的会话</translation>
    </message>
    <message>
        <source>%1 (missing)</source>
        <translation>%1（文件不存在）</translation>
    </message>
    <message>
        <source>&amp;Remove from the list</source>
        <translation>从列表中移除(&amp;R)</translation>
    </message>
    <message>
        <source>Go on with a session that was saved.</source>
        <translation>继续使用已保存的会话。</translation>
    </message>
    <message>
        <source>%1 — kept by itself before the program ended unexpectedly</source>
        <translation>%1 — 程序意外结束前自动保存</translation>
    </message>
</context>
<context>
    <name>jiagu::TailoringDialog</name>
    <message>
        <source>Say why %1 is switched off: the report prints it.</source>
        <translation>请说明为何关闭 %1：报告会列出该理由。</translation>
    </message>
    <message>
        <source>Waiver %1 is not complete: “%2” is missing.</source>
        <translation>第 %1 条豁免不完整：缺少“%2”。</translation>
    </message>
    <message>
        <source>Save the tailoring</source>
        <translation>保存定制</translation>
    </message>
    <message>
        <source>Tailoring (*.json);;All files (*)</source>
        <translation>定制文件 (*.json);;所有文件 (*)</translation>
    </message>
    <message>
        <source>%1 cannot be written: %2</source>
        <translation>无法写入 %1：%2</translation>
    </message>
    <message>
        <source>Tailoring and waivers</source>
        <translation>定制与豁免</translation>
    </message>
    <message>
        <source>&amp;Baseline:</source>
        <translation>基线(&amp;B)：</translation>
    </message>
    <message>
        <source>Baseline</source>
        <translation>基线</translation>
    </message>
    <message>
        <source>&amp;Rules and values</source>
        <translation>加固项与取值(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Waivers</source>
        <translation>豁免(&amp;W)</translation>
    </message>
    <message>
        <source>Filter by id or title</source>
        <translation>按编号或标题筛选</translation>
    </message>
    <message>
        <source>Rule</source>
        <translation>加固项</translation>
    </message>
    <message>
        <source>Title</source>
        <translation>标题</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>取值</translation>
    </message>
    <message>
        <source>Proposed</source>
        <translation>建议值</translation>
    </message>
    <message>
        <source>Why it is switched off</source>
        <translation>关闭理由</translation>
    </message>
    <message>
        <source>Rules and values</source>
        <translation>加固项与取值</translation>
    </message>
    <message>
        <source>A waiver is a risk that somebody accepted. The finding stays, is shown with the reason, and does not count until the last day is over. “*” stands for any characters; what is empty fits everything. An object is written NAMESPACE/KIND/NAME.</source>
        <translation>豁免是经人批准接受的风险。结果仍会显示并附上理由，在截止日期结束之前不计入。“*”代表任意字符；留空则匹配全部。对象写作 命名空间/类型/名称。</translation>
    </message>
    <message>
        <source>Cluster</source>
        <translation>集群</translation>
    </message>
    <message>
        <source>Node</source>
        <translation>节点</translation>
    </message>
    <message>
        <source>Object</source>
        <translation>对象</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>理由</translation>
    </message>
    <message>
        <source>Approved by</source>
        <translation>批准人</translation>
    </message>
    <message>
        <source>Last day (UTC)</source>
        <translation>截止日期 (UTC)</translation>
    </message>
    <message>
        <source>Waivers</source>
        <translation>豁免</translation>
    </message>
    <message>
        <source>&amp;Add</source>
        <translation>添加(&amp;A)</translation>
    </message>
    <message>
        <source>Re&amp;move</source>
        <translation>移除(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Save as file…</source>
        <translation>另存为文件(&amp;S)…</translation>
    </message>
    <message>
        <source>none: a value is needed</source>
        <translation>无：需填写取值</translation>
    </message>
    <message>
        <source>Value of %1: %2.</source>
        <translation>%1 的取值：%2。</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
</context>
<context>
    <name>jiagu::UpgradeDialog</name>
    <message>
        <source>Before an upgrade</source>
        <translation>升级前检查</translation>
    </message>
    <message>
        <source>A later release no longer takes this of today&apos;s configuration as it is:</source>
        <translation>当前配置中的以下内容，后续版本不再按现状接受：</translation>
    </message>
    <message>
        <source>From Kubernetes %1 on</source>
        <translation>自 Kubernetes %1 起</translation>
    </message>
    <message>
        <source>%1 more are left out; a JSON report has all of them.</source>
        <translation>另有 %1 项未列出，JSON 报告中包含全部内容。</translation>
    </message>
    <message>
        <source>What could not be looked at</source>
        <translation>未能检查的内容</translation>
    </message>
</context>
<context>
    <name>jiagu::ValueForm</name>
    <message>
        <source>%1:</source>
        <translation>%1：</translation>
    </message>
    <message>
        <source>a whole number</source>
        <translation>整数</translation>
    </message>
    <message>
        <source>a text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>items, separated by commas</source>
        <translation>多个值，以逗号分隔</translation>
    </message>
    <message>
        <source>whole numbers, separated by commas</source>
        <translation>整数，以逗号分隔</translation>
    </message>
    <message>
        <source>networks, separated by commas</source>
        <translation>网段，以逗号分隔</translation>
    </message>
    <message>
        <source>namespaces, separated by commas</source>
        <translation>命名空间，以逗号分隔</translation>
    </message>
</context>
</TS>
