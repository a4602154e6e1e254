/**
 * The page's own words in English and Simplified Chinese. `t("name", {count: 3})` gives one in the
 * language chosen; people's messages and the bot's are never translated here.
 */

const EN = {
  title: "Kefu playground", customers: "Customers", desk: "Desk", online: "Connected", offline: "Reconnecting…",
  theme_dark: "Dark mode", theme_light: "Light mode", other_language: "切换到中文", faults: "Make it fail",
  new_customer: "New customer", new_customer_hint: "Another person who writes to the bot.", first_name: "First name", last_name: "Last name (optional)",
  username: "Username (optional)", language: "Language", create: "Create", cancel: "Cancel", close: "Close", back: "Back", more: "More", send: "Send",
  write_as: "Write as {name}", write_here: "Write a message…", attach: "Attach", emoji: "Emoji and stickers", stickers: "Stickers", commands: "Commands",
  keyboard_show: "Show keyboard", keyboard_hide: "Hide keyboard", record: "Record a voice message", recording: "Recording", no_commands: "The bot offers no commands here yet.",
  photo: "Photo or video", photos_hint: "one or several: an album", document: "File", voice: "Voice message", video_note: "Video message", location: "Location", contact: "Contact",
  video: "Video", audio: "Audio", sticker: "Sticker", album: "Album", animation: "GIF", poll: "Poll", unknown_message: "A message of a kind this page does not show",
  latitude: "Latitude", longitude: "Longitude", contact_own: "My own", contact_whose: "Whose", phone_optional: "Phone number (empty: the one they have)", share_contact_title: "Share your phone number?",
  share_contact_text: "The bot will learn your phone number.", share: "Share", file_too_many: "An album holds up to 10 files.",
  reply: "Reply", copy: "Copy text", copied: "Copied", copy_link: "Copy link", edit: "Edit", edit_title: "Edit message", delete: "Delete", delete_title: "Delete this message?",
  delete_text: "It goes away for everybody. A bot is not told about it.", react: "React", edited: "edited", forwarded_from: "Forwarded from {name}", via: "via {name}",
  quote_missing: "Deleted message", pinned: "Pinned message", pinned_n: "Pinned message #{n}", jump_reply: "Go to the message this answers", new_messages: "New messages", to_bottom: "To the newest message",
  typing: "typing", "action.typing": "is typing", "action.upload_photo": "is sending a photo", "action.upload_document": "is sending a file", "action.record_voice": "is recording",
  "action.choose_sticker": "is choosing a sticker", "action.find_location": "is finding a location", "action.upload_video": "is sending a video", "action.upload_voice": "is sending a voice message",
  bot: "bot", with_bot: "with {name}", members: "{count} members", general: "General", agents: "Agents", group: "Group", in_group: "in {name}",
  create_topic: "New topic", topic_name: "Name of the topic", close_topic: "Close topic", reopen_topic: "Reopen topic", delete_topic: "Delete topic", delete_topic_text: "The topic “{name}” and its messages go away.",
  topic_closed: "This topic is closed.", block: "Block the bot", unblock: "Unblock the bot", blocked_mark: "blocked the bot", start: "Start", restart: "Send /start",
  choose_chat: "Choose a chat", no_customers: "Nobody here yet", no_customers_hint: "Add a customer and write to the bot as they would.", no_desk: "No desk yet", no_desk_hint: "The staff group appears here when the playground has one.",
  empty_customer: "Write as {name} would", empty_customer_hint: "The real bot answers. Try one of these:", empty_agent: "{name}’s own chat with the bot", empty_agent_hint: "Lists, lookups and reports. Try:",
  empty_topic: "Nothing here yet", empty_topic_hint: "Write as a customer on the left: a question that the FAQ cannot answer becomes a ticket here.",
  no_messages: "No messages yet", today: "Today", yesterday: "Yesterday", you: "You", search_results: "Results", no_results: "Nothing found",
  alert_title: "The bot says", ok: "OK", open_link: "Open this link?", open: "Open", failed: "That did not work: {error}", unreachable: "The playground cannot be reached.",
  faults_hint: "The next calls of the bot to this local Bot API go wrong as ordered. Watch how it copes.", fault_kind: "What happens", fault_method: "Which method", fault_any: "any method", fault_times: "How many times", fault_after: "retry_after, seconds", fault_order: "Arm it", fault_ordered: "Armed: {kind}, {times}×",
  "fault.429": "429 Too Many Requests", "fault.500": "500 Internal Server Error", "fault.hang": "Hang: no answer", "fault.cut": "Cut: connection drops before the call takes effect", "fault.cut_after": "Cut after: it takes effect, the answer is lost",
  "service.topic_created": "{who} created the topic “{name}”", "service.topic_edited": "{who} renamed the topic to “{name}”", "service.topic_icon": "{who} changed the topic’s icon", "service.topic_closed": "{who} closed the topic", "service.topic_reopened": "{who} reopened the topic",
  "service.pinned": "{who} pinned “{text}”", "service.joined": "{who} joined the group", "service.left": "{who} left the group", "service.title": "{who} named the group “{name}”", "service.group_created": "{who} created the group", "service.migrated": "The group became a supergroup",
  "lang.en": "English", "lang.zh": "Chinese", unread: "{count} unread", image_of: "Photo", spoiler: "Hidden text, press to show", play: "Play", pause: "Pause", reaction_by: "{emoji}, {count}", location_at: "Location {where}",
};

const ZH = {
  title: "客服演练场", customers: "顾客", desk: "客服台", online: "已连接", offline: "正在重新连接…",
  theme_dark: "深色模式", theme_light: "浅色模式", other_language: "Switch to English", faults: "制造故障",
  new_customer: "新顾客", new_customer_hint: "再来一位给机器人写消息的人。", first_name: "名字", last_name: "姓氏（可不填）",
  username: "用户名（可不填）", language: "语言", create: "创建", cancel: "取消", close: "关闭", back: "返回", more: "更多", send: "发送",
  write_as: "以 {name} 的身份发言", write_here: "输入消息…", attach: "附件", emoji: "表情和贴纸", stickers: "贴纸", commands: "命令",
  keyboard_show: "显示键盘", keyboard_hide: "隐藏键盘", record: "录制语音", recording: "正在录音", no_commands: "机器人在这里还没有提供命令。",
  photo: "照片或视频", photos_hint: "可选多张，组成相册", document: "文件", voice: "语音消息", video_note: "视频消息", location: "位置", contact: "联系人",
  video: "视频", audio: "音频", sticker: "贴纸", album: "相册", animation: "动图", poll: "投票", unknown_message: "本页面无法显示的消息",
  latitude: "纬度", longitude: "经度", contact_own: "我自己的", contact_whose: "谁的", phone_optional: "电话号码（留空则用其本人的）", share_contact_title: "分享你的电话号码？",
  share_contact_text: "机器人将知道你的电话号码。", share: "分享", file_too_many: "一个相册最多 10 个文件。",
  reply: "回复", copy: "复制文字", copied: "已复制", copy_link: "复制链接", edit: "编辑", edit_title: "编辑消息", delete: "删除", delete_title: "删除这条消息？",
  delete_text: "所有人都将看不到它。机器人不会收到删除通知。", react: "回应", edited: "已编辑", forwarded_from: "转发自 {name}", via: "来自 {name}",
  quote_missing: "已删除的消息", pinned: "置顶消息", pinned_n: "置顶消息 #{n}", jump_reply: "跳到被回复的消息", new_messages: "新消息", to_bottom: "跳到最新消息",
  typing: "正在输入", "action.typing": "正在输入", "action.upload_photo": "正在发送照片", "action.upload_document": "正在发送文件", "action.record_voice": "正在录音",
  "action.choose_sticker": "正在选择贴纸", "action.find_location": "正在查找位置", "action.upload_video": "正在发送视频", "action.upload_voice": "正在发送语音",
  bot: "机器人", with_bot: "与 {name} 对话", members: "{count} 位成员", general: "综合", agents: "客服", group: "群组", in_group: "在「{name}」",
  create_topic: "新建话题", topic_name: "话题名称", close_topic: "关闭话题", reopen_topic: "重新打开话题", delete_topic: "删除话题", delete_topic_text: "话题「{name}」及其消息将被删除。",
  topic_closed: "这个话题已关闭。", block: "屏蔽机器人", unblock: "解除屏蔽", blocked_mark: "已屏蔽机器人", start: "开始", restart: "发送 /start",
  choose_chat: "选择一个对话", no_customers: "还没有人", no_customers_hint: "添加一位顾客，用顾客的身份给机器人写消息。", no_desk: "还没有客服台", no_desk_hint: "演练场有了客服群组后会显示在这里。",
  empty_customer: "以 {name} 的身份写点什么", empty_customer_hint: "真正的机器人会回答。试试：", empty_agent: "{name} 与机器人的私聊", empty_agent_hint: "列表、查询和报告。试试：",
  empty_topic: "这里还没有消息", empty_topic_hint: "在左侧以顾客身份提问：常见问题答不了的，会变成工单出现在这里。",
  no_messages: "还没有消息", today: "今天", yesterday: "昨天", you: "你", search_results: "结果", no_results: "没有找到",
  alert_title: "机器人说", ok: "好", open_link: "打开这个链接？", open: "打开", failed: "没有成功：{error}", unreachable: "无法连接演练场。",
  faults_hint: "机器人接下来对本地 Bot API 的调用会按要求出错。看看它如何应对。", fault_kind: "发生什么", fault_method: "哪个方法", fault_any: "任何方法", fault_times: "多少次", fault_after: "retry_after，秒", fault_order: "安排", fault_ordered: "已安排：{kind}，{times} 次",
  "fault.429": "429 请求过多", "fault.500": "500 服务器错误", "fault.hang": "挂起：没有回答", "fault.cut": "切断：调用生效前连接中断", "fault.cut_after": "事后切断：已生效，回答丢失",
  "service.topic_created": "{who} 创建了话题「{name}」", "service.topic_edited": "{who} 将话题改名为「{name}」", "service.topic_icon": "{who} 更换了话题图标", "service.topic_closed": "{who} 关闭了话题", "service.topic_reopened": "{who} 重新打开了话题",
  "service.pinned": "{who} 置顶了「{text}」", "service.joined": "{who} 加入了群组", "service.left": "{who} 离开了群组", "service.title": "{who} 将群组命名为「{name}」", "service.group_created": "{who} 创建了群组", "service.migrated": "群组已升级为超级群组",
  "lang.en": "英语", "lang.zh": "中文", unread: "{count} 条未读", image_of: "照片", spoiler: "隐藏文字，点按显示", play: "播放", pause: "暂停", reaction_by: "{emoji}，{count}", location_at: "位置 {where}",
};

/** Questions to try, in the language of the person who would ask them. */
export const TRY = {
  customer: {
    en: ["Where is my order?", "How do I return something?", "Do you ship abroad?", "My parcel arrived broken and I want a person"],
    zh: ["我的订单到哪了？", "怎么退货？", "可以货到付款吗？", "包裹破损了，我要找人工"],
  },
  agent: { en: ["/help", "/queue", "/find Anna", "/report today"], zh: ["/help", "/queue", "/find 李", "/report today"] },
};

export const WORDS = { en: EN, zh: ZH };
let chosen = "en";

export function chooseLanguage(code) {
  chosen = code === "zh" ? "zh" : "en";
  document.documentElement.lang = chosen === "zh" ? "zh-Hans" : "en";
  document.title = t("title");
}

export const language = () => chosen;
export const locale = () => (chosen === "zh" ? "zh-CN" : "en-GB");

export function t(name, values = {}) {
  const words = WORDS[chosen][name] ?? EN[name] ?? name;
  return words.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

/** A person's language as one of the two that the demo speaks. */
export const spoken = (code) => ((code ?? "en").toLowerCase().startsWith("zh") ? "zh" : "en");
