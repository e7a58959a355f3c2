// The nets of face-api.js in use, from its sources, so that the other six, its drawing and its DOM code are shaken off.
export { NetInput } from 'face-api.js/src/dom/NetInput'
export { FaceRecognitionNet } from 'face-api.js/src/faceRecognitionNet/FaceRecognitionNet'
