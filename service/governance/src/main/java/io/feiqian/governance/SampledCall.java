package io.feiqian.governance;

/**
 * A call that happened and was kept, of perhaps many that were not.
 *
 * @param call the call
 * @param served whether it was served; otherwise a policy refused it or had it answered otherwise
 * @param standsFor for how many calls it stands, 1 or more
 */
public record SampledCall(RecordedCall call, boolean served, int standsFor) {
    /** Refuses a call that stands for nothing. */
    public SampledCall {
        if (standsFor < 1) {
            throw new IllegalArgumentException("standsFor: " + standsFor + " (expected: >= 1)");
        }
    }
}
