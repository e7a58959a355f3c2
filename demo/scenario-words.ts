import type { ScenarioId } from './scenarios'
import type { DemoLanguage } from './words'

interface ScenarioText {
  readonly title: string
  /** What it shows. */
  readonly about: string
  /** What the tester does, in order. */
  readonly part: readonly string[]
  readonly end: string
}

export interface ScenarioWords {
  readonly scenarios: Readonly<Record<ScenarioId, ScenarioText>>
  readonly coach: { readonly press: (label: string) => string } & Readonly<
    Record<'other-way' | 'retry' | 'open-settings' | 'withdraw' | 'close-settings' | 'watch', string>
  >
  readonly marks: Readonly<Record<'none' | 'running' | 'passed' | 'failed', string>>
  readonly noClips: string
  readonly preparation: string
  readonly unknown: string
  readonly checks: Readonly<
    Record<'outcome' | 'asked' | 'sealed' | 'size' | 'foreign' | 'opened' | 'dark' | 'bar', string>
  >
  readonly measures: Readonly<
    Record<'shown' | 'instruction' | 'heap' | 'peak' | 'tensors' | 'tensorBytes' | 'frames' | 'notTold', string>
  >
}

const agreeTwice = {
  zh: ['同意处理', '同意发送', '看着镜头'],
  en: ['Agree to processing', 'Allow the send', 'Look into the camera'],
}

const zh: ScenarioWords = {
  scenarios: {
    'happy-path': {
      title: '顺利完成',
      about: '一个人登记，随后在另一段画面里被认出。',
      part: ['登记：两次同意', '验证：两次同意'],
      end: '登记完成，验证通过；离开页面的只有两份加密摘要。',
    },
    refuse: {
      title: '拒绝',
      about: '第一次询问就说不，不需要理由，也没有代价。',
      part: ['选择短信验证码'],
      end: '直接改用短信验证码；摄像头没有打开，模型没有下载。',
    },
    'refuse-second': {
      title: '只拒绝第二次同意',
      about: '同意在本机处理，不同意发送。',
      part: ['同意处理', '不同意发送'],
      end: '登记只留在这台设备上，没有摘要离开。',
    },
    'under-14': {
      title: '未满14周岁',
      about: '账户登记的年龄未满14周岁，又没有监护人的同意。',
      part: ['什么也不用做'],
      end: '不询问孩子，直接走短信验证码。',
    },
    guardian: {
      title: '监护人已同意',
      about: '同一个孩子，监护人已在自己的账户里同意处理，但没有同意发送。',
      part: ['同意处理', '看着镜头'],
      end: '登记只留在这台设备上。',
    },
    withdraw: {
      title: '中途撤回',
      about: '摄像头已经打开，正在采集时改变主意。',
      part: ['两次同意', '打开“人脸设置”，撤回同意', '关闭设置'],
      end: '采集立即停止，摄像头关闭，没有摘要离开。',
    },
    'wrong-person': {
      title: '换了一个人',
      about: '另一个人想用这个账户。',
      part: ['（需要时先登记）', ...agreeTwice.zh],
      end: '没有认出是本人。这是结果，不是错误。',
    },
    'photo-attack': {
      title: '照片攻击',
      about: '镜头前是一张照片；服务器要求做动作。',
      part: ['两次同意', '提示出现后，选择短信验证码'],
      end: '活体检测不通过，没有摘要离开，另一种方式就在旁边。',
    },
    offline: {
      title: '断网',
      about: '同意之后，网络断了。',
      part: ['两次同意'],
      end: '说明模型没有取到；摄像头没有打开。',
    },
    'slow-network': {
      title: '网速很慢',
      about: '模型一点一点地到。',
      part: agreeTwice.zh,
      end: '进度条按字节前进，随后登记完成。',
    },
    'camera-lost': {
      title: '摄像头断开',
      about: '采集时摄像头被拔掉。',
      part: ['两次同意', '用自己的摄像头时：把它拔掉', '提示出现后，选择短信验证码'],
      end: '说明摄像头断开，并给出另一种方式。',
    },
    'tampered-model': {
      title: '模型被改动',
      about: '一个模型文件里有一位不同。',
      part: ['两次同意'],
      end: '哈希不符，不再继续；摄像头没有打开。',
    },
    'expired-challenge': {
      title: '挑战过期',
      about: '服务器发来的挑战是一小时之前的。',
      part: ['什么也不用做'],
      end: '不询问，说明挑战已经过期。',
    },
    'backend-down': {
      title: '服务器停机',
      about: '服务器只回答503。',
      part: ['什么也不用做'],
      end: '不询问，说明服务器没有回应。',
    },
  },
  coach: {
    press: (label) => `测试：请按“${label}”`,
    'other-way': '测试：请按改用短信验证码的按钮',
    retry: '测试：请按“重试”',
    'open-settings': '测试：请打开“人脸设置”',
    withdraw: '测试：请按“撤回同意”',
    'close-settings': '测试：请关闭设置',
    watch: '',
  },
  marks: { none: '未运行', running: '运行中', passed: '通过', failed: '未通过' },
  noClips:
    '这里还没有录像片段（npm start 启动后约一分钟生成，或运行 npm run clips），将使用这台设备的摄像头；需要两个人的场景请真人配合。',
  preparation: '准备',
  unknown: '没有这个场景：',
  checks: {
    outcome: '结果',
    asked: '询问次数',
    sealed: '离开的加密摘要',
    size: '最大的摘要',
    foreign: '去往别处的请求',
    opened: '打开过摄像头',
    dark: '仍亮着的摄像头',
    bar: '进度条前进',
  },
  measures: {
    shown: '同意后看到画面',
    instruction: '同意后看到第一条指引',
    heap: '页面内存，前 → 后',
    peak: '页面内存，最高',
    tensors: '线程中的张量，最多',
    tensorBytes: '张量字节，最多',
    frames: '未关闭的帧，最多',
    notTold: '未提供',
  },
}

const en: ScenarioWords = {
  scenarios: {
    'happy-path': {
      title: 'Happy path',
      about: 'A person enrols, and is then recognised in another recording.',
      part: ['Enrol: agree twice', 'Verify: agree twice'],
      end: 'Enrolled and verified; two sealed digests left, and nothing else of the face.',
    },
    refuse: {
      title: 'Refuse',
      about: 'No to the first question: no reason asked, nothing lost.',
      part: ['Choose the SMS code'],
      end: 'The SMS code at once; no camera, no model.',
    },
    'refuse-second': {
      title: 'Refuse the second consent',
      about: 'Yes to processing on this device, no to sending.',
      part: ['Agree to processing', 'Do not allow the send'],
      end: 'Enrolled on this device only; no digest leaves.',
    },
    'under-14': {
      title: 'Under 14',
      about: 'The account says under 14, and no guardian has agreed.',
      part: ['Nothing'],
      end: 'The child is not asked; the SMS code at once.',
    },
    guardian: {
      title: 'Guardian agreed',
      about: 'The same child; the guardian has agreed in an account of their own, to processing and not to sending.',
      part: ['Agree to processing', 'Look into the camera'],
      end: 'Enrolled on this device only.',
    },
    withdraw: {
      title: 'Withdraw midway',
      about: 'The camera is on, and the person changes their mind.',
      part: ['Agree twice', 'Open “Face settings” and withdraw', 'Close the settings'],
      end: 'The capture stops at once, the camera goes off, no digest leaves.',
    },
    'wrong-person': {
      title: 'Wrong person',
      about: 'Somebody else tries this account.',
      part: ['(Enrol first, where needed)', ...agreeTwice.en],
      end: 'Not recognised as the same person. A result, not an error.',
    },
    'photo-attack': {
      title: 'Photo attack',
      about: 'A photo is held to the camera, and the backend asks for movements.',
      part: ['Agree twice', 'When told, choose the SMS code'],
      end: 'Liveness fails, no digest leaves, and the other way is right there.',
    },
    offline: {
      title: 'Offline',
      about: 'After the consent, the network is gone.',
      part: ['Agree twice'],
      end: 'It says that a model did not arrive; no camera.',
    },
    'slow-network': {
      title: 'Slow network',
      about: 'The models come in drops.',
      part: agreeTwice.en,
      end: 'The bar moves with the bytes, then the enrolment goes through.',
    },
    'camera-lost': {
      title: 'Camera lost',
      about: 'The camera is pulled out during the capture.',
      part: ['Agree twice', 'With a camera of your own: pull it out', 'When told, choose the SMS code'],
      end: 'It says that the camera is gone and offers the other way.',
    },
    'tampered-model': {
      title: 'Tampered model',
      about: 'One bit of one model file is different.',
      part: ['Agree twice'],
      end: 'The hash does not match and nothing goes on; no camera.',
    },
    'expired-challenge': {
      title: 'Expired challenge',
      about: 'The challenge that comes is an hour old.',
      part: ['Nothing'],
      end: 'Nothing is asked; it says that the challenge has expired.',
    },
    'backend-down': {
      title: 'Backend down',
      about: 'The backend answers 503 and nothing else.',
      part: ['Nothing'],
      end: 'Nothing is asked; it says that the backend did not answer.',
    },
  },
  coach: {
    press: (label) => `Test: press “${label}”`,
    'other-way': 'Test: press the button for the SMS code',
    retry: 'Test: press “Try again”',
    'open-settings': 'Test: open “Face settings”',
    withdraw: 'Test: press “Withdraw consent”',
    'close-settings': 'Test: close the settings',
    watch: '',
  },
  marks: { none: 'not run', running: 'running', passed: 'passed', failed: 'failed' },
  noClips:
    'No clips here yet (npm start draws them in its first minute, npm run clips at once): this device’s camera is used; where two people are needed, ask somebody.',
  preparation: 'Preparation',
  unknown: 'No such scenario: ',
  checks: {
    outcome: 'Outcome',
    asked: 'Questions asked',
    sealed: 'Sealed digests that left',
    size: 'Largest digest',
    foreign: 'Requests to elsewhere',
    opened: 'Camera was opened',
    dark: 'Cameras still on',
    bar: 'Progress bar moved',
  },
  measures: {
    shown: 'From the grant to the first picture',
    instruction: 'From the grant to the first guidance',
    heap: 'Page memory, before → after',
    peak: 'Page memory, peak',
    tensors: 'Tensors in the worker, most',
    tensorBytes: 'Tensor bytes, most',
    frames: 'Frames not closed, most',
    notTold: 'n/a',
  },
}

const catalogue: Readonly<Record<DemoLanguage, ScenarioWords>> = { 'zh-CN': zh, en }

export function scenarioWordsFor(language: DemoLanguage): ScenarioWords {
  return catalogue[language]
}
