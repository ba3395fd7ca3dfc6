/**
 * Headers that make a phone answer automatically, each whole and of a fixed form. They are `Call-Info` with
 * `answer-after` (Yealink, Snom, Grandstream), `Alert-Info` with `alert-autoanswer` (Cisco, Polycom) or with
 * `Auto Answer` (Polycom, Aastra), and RFC 5373's `Answer-Mode`.
 */
export const autoAnswerHeaders = ['call-info', 'alert-info', 'alert-info-auto-answer', 'answer-mode'] as const;
export type AutoAnswerHeader = (typeof autoAnswerHeaders)[number];
