import type { PiaWords } from './words'

export const en: PiaWords = {
  title: (purpose) => `Personal information protection impact assessment (draft): ${purpose}`,
  lead: (open) => [
    'A draft written by software from a configuration file. It is not legal advice, and it does not say that the processing is lawful: that is for the people who answer for it to find, and to sign.',
    `${open} questions are open. Until each is answered by a human, the assessment has not been made.`,
  ],
  openMark: 'To be answered by a human',
  none: 'none',
  yes: 'yes',
  no: 'no',
  standard: {
    method:
      "Frames are analysed in the memory of the person's own device, in a worker without network; one feature set is made into a keyed digest. No picture or video is kept.",
    scope: 'The face in front of the camera, during one run only.',
    risks: 'A face cannot be changed like a password; a leak may cause lasting impersonation.',
    rights: 'View, copy, correct, delete and withdraw at any time.',
  },
  sections: {
    processing: { heading: 'What is processed', source: 'PIPL 55, 56; taken from the configuration' },
    necessity: {
      heading: 'Are purpose and method lawful, legitimate and necessary?',
      source: 'PIPL 56(1); O19 art. 9(1)',
    },
    effects: { heading: 'Effects on the rights of people, and what lessens them', source: 'PIPL 56(2); O19 art. 9(2)' },
    leaks: { heading: 'Risk and harm of leak, alteration, loss or unlawful use', source: 'O19 art. 9(3)' },
    measures: {
      heading: 'Are the measures lawful, effective and fit for the risk?',
      source: 'PIPL 56(3); O19 art. 9(4)',
    },
    figures: { heading: 'Models and measured figures', source: 'PIPL 56(2), 56(3)' },
    conclusion: { heading: 'Conclusion and signature', source: 'PIPL 55' },
    keeping: { heading: 'Keeping and repeating', source: 'PIPL 56; O19 art. 9' },
  },
  item: 'Item',
  declared: 'As configured',
  fields: {
    processor: 'Processor',
    contact: 'Contact',
    purpose: 'Purpose',
    task: 'Task',
    method: 'Method',
    scope: 'Scope',
    kinds: 'Kinds of data',
    frames: 'Frames looked at in one run, at most',
    retention: 'Retention',
    recipients: 'Recipients',
    fullRules: 'Full rules',
    rights: 'Rights',
    alternatives: 'Other ways, offered equally',
    consentForm: 'Form of consent',
    grant: 'Duration of a consent',
    age: 'Age',
    guardian: 'Consent of a guardian',
    packs: 'Rule packs',
    environment: 'Environment',
    reason: 'Reason given',
    necessary: 'Said to be necessary',
    writtenReason: 'Reason in writing',
    risks: 'Risks told to people',
    earlier: 'Earlier assessment',
  },
  kinds: {
    'face-template-digest': 'keyed digest of a face template (sensitive personal information)',
    'local-verdict': 'signed yes or no from the device, and nothing else of the face',
  },
  roles: {
    self: 'the processor itself',
    entrusted: 'entrusted (PIPL 21)',
    joint: 'joint processor (PIPL 20)',
    independent: 'independent processor (PIPL 23)',
  },
  retention: (rule) =>
    rule.kind === 'single-use'
      ? 'this time only, nothing is kept after the comparison'
      : rule.kind === 'days'
        ? `${rule.days} days after the last use`
        : `until ${rule.until}`,
  grant: (grant) =>
    grant.kind === 'single-use'
      ? 'one verification'
      : grant.kind === 'standing'
        ? `one verification, or by a choice of its own ${grant.days} days`
        : `one verification, or by a choice of its own until ${grant.until}`,
  age: (age) =>
    age.source === 'declaration' ? 'declared by the person' : `told by the integrator (default: ${age.status})`,
  consentForms: { click: 'separate affirmative act', written: 'in writing' },
  environments: { production: 'production', development: 'development: not for real people' },
  leakHead: ['Who gets hold of what', 'What it lets them do'],
  leaks: [
    ['The template database alone', 'Encrypted digests under pseudonyms; without the key ring they cannot be opened.'],
    [
      'The template database and its keys',
      'Digests per device, purpose and processor; without the device secret they are not the face, but guesses can be tested against them.',
    ],
    [
      "The person's unlocked device",
      'Can be used as the person would; a digest can be revoked and made anew, the face cannot.',
    ],
    [
      'A hostile client',
      'May send video or any template: encryption and used-once nonces stop replay on the way, not a hostile endpoint.',
    ],
  ],
  measureHead: ['What the software does', 'Requirement'],
  measures: [
    [
      'Two separate consents; no camera, model or worker before the first; refusing costs nothing',
      'L01, L04, L05, L19',
    ],
    ['One purpose, bound to consent, key and envelope', 'L02, L13'],
    ['No age, gender, emotion or health; models fixed by SHA-256', 'L14'],
    ['Frames in worker memory only, overwritten after use', 'L15'],
    ['A renewable keyed digest, never a picture or an embedding', 'L16'],
    ['Sealed in transport, AES-GCM at rest, keys that die with deletion', 'L17, L11'],
    ['Face data in tables and roles of their own, joined by a pseudonym', 'L18'],
    ['Withdrawal as easy as consent; deletion with a signed receipt; expiry job', 'L10, L11, L29'],
    ['Signed, chained records that can be checked offline', 'L25, L26'],
  ],
  modelHead: ['Model', 'Purpose', 'Origin and licence', 'Trained on', 'SHA-256'],
  figureHead: ['Measure', 'Value', 'Set', 'Command'],
  noFigures: 'No measured figures were given.',
  questions: {
    necessity: [
      'On which legal basis, besides consent, does the service itself rest, and does a law ask for face verification here?',
      'Which less intrusive ways were looked at, and why are they not enough?',
      'Whose faces are processed, how many people a year, and are there children, elderly or disabled people among them?',
      'Is the camera in a public or private place where others may come into the picture?',
    ],
    necessaryClaim:
      'The configuration says that face verification is necessary. Who examined that, and with which result?',
    effects: [
      'What happens to a person who is wrongly refused, and how soon can a human help?',
      'Could declining cost the person anything, given your relation to them (employer, school, landlord, only provider)?',
      'How do error rates differ between the groups among your own users, and how was that measured?',
      'Were people or their representatives heard, and what did they say?',
    ],
    guardian: 'A guardian can consent for a child. How is it made sure that the person is the guardian (O19 art. 7)?',
    standing: 'A standing consent is offered. Why does a single use not serve the purpose?',
    leaks: [
      'How likely is each of these in your deployment, and how great would the harm be for the number of people concerned?',
      'Who does what within which time when there is an incident (PIPL 57), and when was it last practised?',
    ],
    measures: [
      'Who can read each store and each key, who grants that, and how are reads reviewed?',
      'Where are the servers? If any is abroad: which way of PIPL 38 is used?',
      'Which tests by others have been made (penetration test, graded protection of the network), when, and what is still open?',
    ],
    recipients:
      'Data goes to the recipients above. What do the contracts say, and how is keeping them supervised (PIPL 20 to 23)?',
    figures: [
      'Do these figures hold for your cameras, light and people? What is done where they do not?',
      'Which attacks were tried against the liveness check, and how often did they succeed?',
    ],
    conclusion: [
      'Result: do it, do it with changes, or do not do it; which risks are left, and who accepts them?',
      'Name, office, date and signature of those who made and who approved the assessment.',
    ],
  },
  keeping: (date, earliest) => [
    `Dated ${date}. This report and the records of the processing are kept for at least three years: not to be deleted before ${earliest}, or three years after the processing ends where that is later.`,
    'To be made anew when purpose or method change or after a serious incident.',
  ],
}
