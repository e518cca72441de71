"""Refusals of texts that say nothing."""

from switch.domain.errors import Refusal


class TextBlank(Refusal):
    code = "text_blank"
    en = "The field “{field}” holds nothing but blanks; leave it out, or say something."
    ar = "الحقل «{field}» لا يحوي إلا فراغات؛ احذفوه أو اكتبوا فيه شيئاً."
