package io.feiqian.console;

/**
 * A user of the console.
 *
 * @param name 2 to 32 letters, digits, points and hyphens
 * @param role what the user may do
 * @param password what is kept of the password ({@link Passwords})
 * @param firstUse whether the password was given by somebody else and has to be changed first
 * @param locked whether an administrator took the user's access away
 */
record User(String name, Role role, String password, boolean firstUse, boolean locked) {
    @Override
    public String toString() {
        return name + " (" + role + ")";
    }
}
