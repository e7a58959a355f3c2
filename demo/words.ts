/** Words of the QA page itself; what FaceSeal says comes from FaceSeal. */
export type DemoLanguage = 'zh-CN' | 'en'

const zh = {
  demo: '测试页',
  language: '语言',
  title: '办理业务前，先确认是您本人',
  lead: '人脸验证只是一种方式，短信验证码同样可以。',
  account: '账户',
  camera: '摄像头',
  anyCamera: '由浏览器选择',
  localOnly: '只在本机比对',
  elder: '大字版',
  enrol: '登记人脸',
  verify: '人脸验证',
  sms: '短信验证码',
  settings: '人脸设置',
  smsLead: '测试页不发短信，验证码在这里：',
  smsCode: '验证码',
  smsSubmit: '提交',
  leftTitle: '离开这个页面的内容',
  leftLead: '每一个请求，按时间先后。画面、特征和密钥都不在其中。',
  what: '方式',
  where: '去处',
  sent: '发送字节',
  answer: '回应',
  envelope: '加密摘要的信头',
  envelopeLead: '信头是明文；摘要本身只有服务器能打开。',
  receipts: '签名记录',
  timeline: '各阶段用时',
  idle: '可以开始。',
  busy: '进行中。',
  enrolledBackend: '登记完成：加密摘要已交给服务器。',
  enrolledDevice: '登记完成：只留在这台设备上。',
  verifiedYes: '验证通过。',
  verifiedNo: '没有认出是本人。可以再试，或改用短信验证码。',
  alternative: '已改用短信验证码。',
  smsDone: '短信验证码正确，办理完成。',
  smsWrong: '验证码不对，请再看一下。',
  failed: '没有完成',
  none: '还没有请求。',
  allOwn: '以上请求都去往本站。',
  foreign: '有请求去往别处：',
  violations: '内容安全策略拦下：',
}

const en: Record<keyof typeof zh, string> = {
  demo: 'test page',
  language: 'Language',
  title: 'Before you go on, show that it is you',
  lead: 'Face verification is one way; an SMS code does just as well.',
  account: 'Account',
  camera: 'Camera',
  anyCamera: 'Browser’s choice',
  localOnly: 'Compare on this device only',
  elder: 'Large type',
  enrol: 'Enrol face',
  verify: 'Verify face',
  sms: 'SMS code',
  settings: 'Face settings',
  smsLead: 'This test page sends no message; the code is here:',
  smsCode: 'Code',
  smsSubmit: 'Submit',
  leftTitle: 'What left this page',
  leftLead: 'Every request, in order. No picture, feature or key is among them.',
  what: 'How',
  where: 'Where to',
  sent: 'Bytes sent',
  answer: 'Answer',
  envelope: 'Header of the sealed digest',
  envelopeLead: 'The header is readable; the digest opens only on the server.',
  receipts: 'Signed records',
  timeline: 'Time by stage',
  idle: 'Ready.',
  busy: 'Under way.',
  enrolledBackend: 'Enrolled: the server holds the encrypted digest.',
  enrolledDevice: 'Enrolled: on this device only.',
  verifiedYes: 'Verified.',
  verifiedNo: 'Not recognised as the same person. Try again, or use the SMS code.',
  alternative: 'Switched to the SMS code.',
  smsDone: 'The SMS code is right. Done.',
  smsWrong: 'That is not the code; please look again.',
  failed: 'Not finished',
  none: 'No request yet.',
  allOwn: 'Every request above went to this site.',
  foreign: 'Requests went elsewhere: ',
  violations: 'Stopped by the content security policy: ',
}

const catalogue: Readonly<Record<DemoLanguage, Record<keyof typeof zh, string>>> = { 'zh-CN': zh, en }

export function wordsFor(language: DemoLanguage): Readonly<Record<keyof typeof zh, string>> {
  return catalogue[language]
}

/** Puts the words of `language` into every element that asks for one. */
export function translatePage(language: DemoLanguage): void {
  const words = wordsFor(language)
  document.documentElement.lang = language
  for (const element of document.querySelectorAll<HTMLElement>('[data-word]')) {
    element.textContent = words[element.dataset.word as keyof typeof zh]
  }
}
