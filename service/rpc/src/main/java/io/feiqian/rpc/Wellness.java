package io.feiqian.rpc;

/**
 * What a server thinks of itself after some looks: one bad look may be a pause, so it takes two in
 * a row to call itself unwell, and three good ones to call itself well again. Immutable and pure;
 * {@link SelfWatch} drives it.
 *
 * @param well what it thinks
 * @param against how many looks in a row said the opposite
 */
record Wellness(boolean well, int against) {
    static final int BAD_LOOKS = 2;
    static final int GOOD_LOOKS = 3;

    static final Wellness BEGINNING = new Wellness(true, 0);

    Wellness after(boolean look) {
        if (look == well) {
            return new Wellness(well, 0);
        }
        int needed = well ? BAD_LOOKS : GOOD_LOOKS;
        return against + 1 >= needed ? new Wellness(look, 0) : new Wellness(well, against + 1);
    }
}
