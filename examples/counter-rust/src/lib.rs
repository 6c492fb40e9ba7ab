//! The program of the essay that started the project: it saves nothing, it only has a variable.

static mut N: i32 = 0;

#[no_mangle]
pub extern "C" fn set(x: i32) {
    unsafe { N = x }
}

#[no_mangle]
pub extern "C" fn get() -> i32 {
    unsafe { N }
}

#[no_mangle]
pub extern "C" fn increment() -> i32 {
    unsafe {
        N = N.wrapping_add(1);
        N
    }
}
