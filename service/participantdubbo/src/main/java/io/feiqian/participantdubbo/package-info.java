/**
 * Global transactions of services of one's own over Dubbo 3: a call carries the signed context of
 * its branch as an attachment, and phase two travels as a Dubbo service.
 */
@NullMarked
package io.feiqian.participantdubbo;

import org.jspecify.annotations.NullMarked;
