package io.feiqian.spring;

import io.feiqian.participant.BranchContext;
import io.feiqian.participant.ContextHeader;
import io.feiqian.participant.ContextKeys;
import io.feiqian.participant.GrayHeader;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * The context that a call brought in its header: verified before any handler runs, and handed to
 * those that take a {@link BranchContext}, or an {@code Optional} of it. Thread-safe. Row:
 * P6.3.2-b.
 */
final class ReceivedContext implements HandlerInterceptor, HandlerMethodArgumentResolver {
    /** Where the verified context of a branch is kept while a request is served. */
    static final String ATTRIBUTE = ReceivedContext.class.getName();

    /** Where the label of a gray release is kept while a request is served. */
    static final String LABEL = ATTRIBUTE + ".label";

    private final ContextKeys keys;

    ReceivedContext(ContextKeys keys) {
        this.keys = keys;
    }

    @Override
    public boolean preHandle(
            HttpServletRequest request, HttpServletResponse response, Object handler) {
        List<String> headers = Collections.list(request.getHeaders(ContextHeader.NAME));
        if (headers.size() > 1) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_CONTEXT,
                    "%s: %d times (expected: once)".formatted(ContextHeader.NAME, headers.size()));
        }
        for (String each : headers) {
            request.setAttribute(ATTRIBUTE, ContextHeader.read(each, keys));
        }
        String label = request.getHeader(GrayHeader.NAME);
        if (label != null) {
            GrayHeader.read(label).ifPresent(each -> request.setAttribute(LABEL, each));
        }
        return true;
    }

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.nestedIfOptional().getNestedParameterType() == BranchContext.class;
    }

    @Override
    public Object resolveArgument(
            MethodParameter parameter,
            @Nullable ModelAndViewContainer container,
            NativeWebRequest request,
            @Nullable WebDataBinderFactory binders) {
        Optional<Object> context =
                Optional.ofNullable(
                        request.getAttribute(ATTRIBUTE, RequestAttributes.SCOPE_REQUEST));
        if (ResolvableType.forMethodParameter(parameter).resolve() == Optional.class) {
            return context;
        }
        return context.orElseThrow(() ->
                new RefusedException(
                        OutcomeCode.MISSING_FIELD,
                        ContextHeader.NAME
                                + ": absent (expected: a call that takes part in a global"
                                + " transaction)"));
    }
}
