import type { ElementMessages } from './messages'

export const en: ElementMessages = {
  title: { verify: 'Face verification', enrol: 'Enrol your face', settings: 'Face settings' },
  lead: {
    verify:
      'One way of several to show that it is you. The camera stays off until you have read what happens and agreed.',
    enrol: 'Only if you want to. The camera stays off until you have read what happens and agreed.',
    settings: 'View, export, withdraw or delete what belongs to your face verification.',
  },
  start: { verify: 'Verify with face', enrol: 'Enrol face', settings: 'Open face settings' },
  alternativeLabel: 'Use another way',
  cancel: 'Cancel',
  settingsLink: 'Face settings',
  again: 'Start again',
  preparing: 'Preparing…',
  asking: 'Please answer in the window that has opened.',
  waiting: 'Another face verification is running on this page. This one can start when it is over.',
  sending: 'Sending the encrypted digest…',
  accepted: 'Verified.',
  acceptedHere: 'Verified on this device; nothing of the face was sent.',
  insufficient:
    'Verified on this device only, as you chose. This step needs more: please use the other way, or start again if you want to allow sending.',
  rejected: 'This does not look like the same person. Try again, or use another way.',
  enrolled: 'Enrolled.',
  enrolledHere: 'Enrolled on this device only; nothing of the face was sent.',
  alternative: {
    declined: 'As you wish: no face verification, and we will not ask again. Please go on the other way.',
    declined_before: 'You decided against face verification earlier. Please go on the other way.',
    under_age: 'Under 14 this is done another way. Please go on the other way.',
    age_unknown: 'Without an age group this is done another way. Please go on the other way.',
    other_way: 'The camera is off. Please go on the other way.',
    problem: 'It did not work out; the camera is off. Please go on the other way.',
  },
  stopped: 'Stopped; the camera is off.',
  failed: 'It did not work out. Check the network and try again, or use another way.',
  offline: 'There is no network connection. Check it and try again, or use another way.',
  settled: {
    withdrawn: 'Withdrawn. Face verification is off, and we will not ask again.',
    deleted: 'Deleted.',
    partial: 'Some of it could not be deleted. Please open the settings and try again.',
    reconsidered: 'All right: you will be asked once more.',
  },
  required: 'Please finish face verification, or use the other way.',
}
