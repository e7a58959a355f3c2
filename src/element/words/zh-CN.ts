import type { ElementMessages } from './messages'

export const zhCN: ElementMessages = {
  title: { verify: '人脸验证', enrol: '登记人脸', settings: '人脸设置' },
  lead: {
    verify: '这只是确认本人的一种方式。在您看过说明并同意之前，摄像头不会打开。',
    enrol: '由您自愿选择。在您看过说明并同意之前，摄像头不会打开。',
    settings: '查看、导出、撤回或删除与您的人脸验证有关的内容。',
  },
  start: { verify: '用人脸验证', enrol: '登记人脸', settings: '打开人脸设置' },
  again: '重新开始',
  preparing: '正在准备…',
  asking: '请在打开的窗口中作答。',
  waiting: '本页面正在进行另一次人脸验证，等它结束后即可开始。',
  acceptedHere: '已在本机验证通过，没有发送任何人脸内容。',
  insufficient: '已按您的选择只在本机验证。这一步还需要更多确认：请改用其他方式；如果愿意允许发送，也可以重新开始。',
  enrolledHere: '只登记在这台设备上，没有发送任何人脸内容。',
  alternative: {
    declined: '尊重您的选择：不用人脸验证，也不会再次询问。请用其他方式继续。',
    declined_before: '您之前选择了不用人脸验证。请用其他方式继续。',
    under_age: '未满14周岁，请用其他方式继续。',
    age_unknown: '没有说明年龄段，请用其他方式继续。',
    other_way: '摄像头已关闭。请用其他方式继续。',
    problem: '这次没有完成，摄像头已关闭。请用其他方式继续。',
  },
  offline: '没有网络连接。请检查网络后再试，或改用其他方式。',
  settled: {
    withdrawn: '已撤回。人脸验证已停用，不会再次询问。',
    deleted: '已删除。',
    partial: '有一部分没有删除成功，请打开设置再试一次。',
    reconsidered: '好的，下次会再询问您一次。',
  },
  required: '请完成人脸验证，或改用其他方式。',
}
