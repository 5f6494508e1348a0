package io.feiqian.orchestration;

/** An expression that has no value for these variables; becomes the failure of its step. */
final class ExpressionFault extends RuntimeException {
    private static final long serialVersionUID = 1;

    ExpressionFault(String message) {
        super(message, null, false, false);
    }
}
