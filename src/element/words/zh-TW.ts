import type { ElementMessages } from './messages'

export const zhTW: ElementMessages = {
  title: { verify: '人臉驗證', enrol: '登記人臉', settings: '人臉設定' },
  lead: {
    verify: '這只是確認本人的一種方式。在您看過說明並同意之前，攝影機不會開啟。',
    enrol: '由您自願選擇。在您看過說明並同意之前，攝影機不會開啟。',
    settings: '檢視、匯出、撤回或刪除與您的人臉驗證有關的內容。',
  },
  start: { verify: '用人臉驗證', enrol: '登記人臉', settings: '開啟人臉設定' },
  again: '重新開始',
  preparing: '正在準備…',
  asking: '請在開啟的視窗中作答。',
  waiting: '本頁面正在進行另一次人臉驗證，等它結束後即可開始。',
  acceptedHere: '已在本機驗證通過，沒有傳送任何人臉內容。',
  insufficient: '已依您的選擇只在本機驗證。這一步還需要更多確認：請改用其他方式；如果願意允許傳送，也可以重新開始。',
  enrolledHere: '只登記在這台裝置上，沒有傳送任何人臉內容。',
  alternative: {
    declined: '尊重您的選擇：不用人臉驗證，也不會再次詢問。請用其他方式繼續。',
    declined_before: '您之前選擇了不用人臉驗證。請用其他方式繼續。',
    under_age: '未滿14歲，請用其他方式繼續。',
    age_unknown: '沒有說明年齡層，請用其他方式繼續。',
    other_way: '攝影機已關閉。請用其他方式繼續。',
    problem: '這次沒有完成，攝影機已關閉。請用其他方式繼續。',
  },
  offline: '沒有網路連線。請檢查網路後再試，或改用其他方式。',
  settled: {
    withdrawn: '已撤回。人臉驗證已停用，不會再次詢問。',
    deleted: '已刪除。',
    partial: '有一部分沒有刪除成功，請開啟設定再試一次。',
    reconsidered: '好的，下次會再詢問您一次。',
  },
  required: '請完成人臉驗證，或改用其他方式。',
}
