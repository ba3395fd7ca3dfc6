/** The one class of channels that infra/asterisk/redial.conf allows for Dial. */
export const dialableShape =
  /^(PJSIP|SIP|IAX2)\/[A-Za-z0-9_.+*#-]+(@[A-Za-z0-9_.-]+)?$|^DAHDI\/[gGrR]?[0-9]+\/[0-9*#]+$|^Local\/[A-Za-z0-9_+*#-]+@[A-Za-z0-9_-]+(\/n)?$/;
