package io.feiqian.spring;

import io.feiqian.participant.BranchContext;
import io.feiqian.participant.ContextHeader;
import io.feiqian.participant.ContextKeys;
import io.feiqian.participant.GrayHeader;
import java.io.IOException;
import java.util.Optional;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;

/**
 * Sends the context of a branch with a call of a {@code RestClient}: {@code
 * client.post().attribute(ContextSender.CONTEXT, context)}. A call without the attribute takes no
 * part. The label of a gray release goes on from the request that the thread serves. Thread-safe.
 */
public final class ContextSender implements ClientHttpRequestInterceptor {
    /** The attribute of a request that carries its {@link BranchContext}. */
    public static final String CONTEXT = ContextSender.class.getName() + ".context";

    private final ContextKeys keys;

    /** Signs with these keys. */
    public ContextSender(ContextKeys keys) {
        this.keys = keys;
    }

    @Override
    public ClientHttpResponse intercept(
            HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
            throws IOException {
        if (request.getAttributes().get(CONTEXT) instanceof BranchContext context) {
            request.getHeaders().set(ContextHeader.NAME, ContextHeader.write(context, keys));
        }
        if (!request.getHeaders().containsHeader(GrayHeader.NAME)) {
            label().ifPresent(each -> request.getHeaders().set(GrayHeader.NAME, each));
        }
        return execution.execute(request, body);
    }

    /** The label of the request that this thread serves. */
    private static Optional<String> label() {
        RequestAttributes served = RequestContextHolder.getRequestAttributes();
        return served != null
                        && served.getAttribute(
                                        ReceivedContext.LABEL, RequestAttributes.SCOPE_REQUEST)
                                instanceof String label
                ? Optional.of(label)
                : Optional.empty();
    }
}
